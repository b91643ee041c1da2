package postgrestest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// RunTLS starts a server for one test that speaks TLS, with a certificate for 127.0.0.1 that signs itself: the
// file that it returns is what a client has to trust.
func RunTLS(t T, settings ...string) (s *Server, certificate string) {
	t.Helper()
	s = Run(t, settings...)
	s.Shutdown()
	certificate, key, err := s.writeCertificate()
	if err != nil {
		t.Fatal(err)
	}
	s.settings = append(s.settings, "ssl=on", "ssl_cert_file="+certificate, "ssl_key_file="+key)
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	return s, certificate
}

// writeCertificate makes a certificate and its key, which PostgreSQL accepts only if they are its own.
func (s *Server) writeCertificate() (certificate, key string, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return "", "", err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	certificate, key = filepath.Join(s.directory, "server.crt"), filepath.Join(s.directory, "server.key")
	for path, block := range map[string]*pem.Block{
		certificate: {Type: "CERTIFICATE", Bytes: signed},
		key:         {Type: "PRIVATE KEY", Bytes: encoded},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			return "", "", err
		}
		if os.Geteuid() != 0 {
			continue
		}
		uid, gid, err := nobody()
		if err != nil {
			return "", "", err
		}
		if err := os.Chown(path, int(uid), int(gid)); err != nil {
			return "", "", err
		}
	}
	return certificate, key, nil
}
