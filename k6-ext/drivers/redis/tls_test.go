//go:build systems

package redis

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/redis/redistest"
)

// certificate writes a self-signed one for 127.0.0.1 and its key.
func certificate(t *testing.T) (certificateFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("certificate.pem", "CERTIFICATE", der), write("key.pem", "EC PRIVATE KEY", keyDER)
}

func TestTLSChecksTheServersCertificate(t *testing.T) {
	certificateFile, keyFile := certificate(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().(*net.TCPAddr)
	_ = listener.Close()
	redistest.Start(t, fmt.Sprintf("tls-port %d", address.Port), "tls-cert-file "+certificateFile, "tls-key-file "+keyFile,
		"tls-ca-cert-file "+certificateFile, "tls-auth-clients no")
	url := "rediss://" + address.String()
	for _, good := range []string{"?ca=" + certificateFile, "?insecure=true"} {
		_, s := open(t, url+good)
		if rows := query(t, s, "PING"); rows.Rows[0][0] != "PONG" {
			t.Fatalf("%v", rows.Rows)
		}
	}
	target, _ := New().Open(driver.Config{URL: url})
	if _, err := target.OpenSession(context.Background(), nil); driver.KindOf(err) != driver.KindProtocol {
		t.Fatalf("an unknown authority: %v", err)
	}
	plain, _ := New().Open(driver.Config{URL: "redis://" + address.String(), ConnectTimeout: time.Second})
	if _, err := plain.OpenSession(context.Background(), nil); driver.KindOf(err) != driver.KindProtocol {
		t.Fatalf("no TLS to a server with it: %v", err)
	}
}
