package driver

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
)

// TLSError makes an error of what kept TLS from being agreed on: the context's own where that is over, a certificate's, or what `other` makes of the
// reason why the server is none of the kind that was expected. The hint names the URL options `ca` and `insecure`.
func TLSError(ctx context.Context, err error, other func(why string, err error) *Error) error {
	var record tls.RecordHeaderError
	var certificate *tls.CertificateVerificationError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &certificate):
		return &Error{Kind: KindProtocol, Message: "TLS: " + err.Error(), Err: err,
			Hint: "Name the authority with ?ca=FILE, or trust any server with ?insecure=true"}
	case errors.As(err, &record) || errors.Is(err, io.EOF):
		return other("it does not speak TLS", err)
	default:
		return other("TLS: "+err.Error(), err)
	}
}
