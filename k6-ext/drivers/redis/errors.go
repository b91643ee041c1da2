package redis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// serverErrors are the first words of Redis's errors that mean something of their own.
var serverErrors = map[string]driver.Error{
	"WRONGPASS":   {Kind: driver.KindAuthentication, Hint: "Check the user and the password in the URL"},
	"NOAUTH":      {Kind: driver.KindAuthentication, Hint: "Put the password into the URL: redis://:password@host"},
	"DENIED":      {Kind: driver.KindAuthentication, Hint: "The server is in protected mode; set a password, or reach it over the loopback"},
	"NOPERM":      {Kind: driver.KindPermission, Hint: "Grant it with ACL SETUSER, or use another user"},
	"READONLY":    {Kind: driver.KindPermission, Hint: "This is a replica; use the primary's address"},
	"OOM":         {Kind: driver.KindResource, Hint: "Raise maxmemory, or set a maxmemory-policy that evicts"},
	"MISCONF":     {Kind: driver.KindResource, Hint: "The server can not save to disk"},
	"LOADING":     {Kind: driver.KindResource, Hint: "The server is loading its data; wait until it is done", Retryable: true},
	"BUSY":        {Kind: driver.KindResource, Hint: "A script is blocking the server", Retryable: true},
	"TRYAGAIN":    {Kind: driver.KindResource, Retryable: true},
	"CLUSTERDOWN": {Kind: driver.KindResource, Hint: "The cluster does not serve all slots", Retryable: true},
	"MASTERDOWN":  {Kind: driver.KindResource, Retryable: true},
	"NOREPLICAS":  {Kind: driver.KindResource, Hint: "Too few replicas are connected", Retryable: true},
	"MOVED":       {Kind: driver.KindStatement, Hint: "The key lives on another node of a cluster; this driver speaks to one node. Use a server without cluster mode, or keys of this node"},
	"ASK":         {Kind: driver.KindStatement, Hint: "The key is moving to another node of a cluster; this driver speaks to one node"},
	"CROSSSLOT":   {Kind: driver.KindStatement, Hint: "In a cluster all keys of a command must be in one slot; use a hash tag"},
	"BUSYKEY":     {Kind: driver.KindConstraint},
	"BUSYGROUP":   {Kind: driver.KindConstraint},
	"NOGROUP":     {Kind: driver.KindNotFound},
	"NOSCRIPT":    {Kind: driver.KindNotFound, Hint: "Load the script first, or use EVAL"},
}

// genericErrors are beginnings of messages whose first word is only ERR.
var genericErrors = []struct {
	beginning string
	kind      driver.ErrorKind
}{
	{"max number of clients", driver.KindTooManyConnections},
	{"max number of connections", driver.KindTooManyConnections},
	{"invalid password", driver.KindAuthentication},
	{"AUTH ", driver.KindAuthentication},
	{"Client sent AUTH", driver.KindAuthentication},
	{"DB index is out of range", driver.KindNotFound},
	{"invalid DB index", driver.KindNotFound},
	{"no such key", driver.KindNotFound},
}

// serverError makes an error of what the server said: "WRONGTYPE Operation against a key …".
func serverError(text []byte) *driver.Error {
	message := string(text)
	code, rest, _ := strings.Cut(message, " ")
	e := driver.Error{Kind: driver.KindStatement}
	if known, ok := serverErrors[code]; ok {
		e = known
	} else if code == "ERR" {
		for _, g := range genericErrors {
			if strings.HasPrefix(rest, g.beginning) {
				e.Kind = g.kind
			}
		}
	}
	if code != strings.ToUpper(code) || rest == "" {
		code, rest = "", message
	}
	e.Code, e.Message = code, "Redis: "+strings.TrimRight(rest, " .")
	return &e
}

// connectionError makes an error of what ended a connection that worked.
func connectionError(err error) *driver.Error {
	var protocol protocolError
	switch {
	case errors.As(err, &protocol):
		return &driver.Error{Kind: driver.KindProtocol, Message: "the server does not speak Redis's protocol any more: it sent " + string(protocol),
			SessionLost: true, Err: err}
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return &driver.Error{Kind: driver.KindConnection, Message: "the server closed the connection", SessionLost: true, Retryable: true, Err: err}
	default:
		return &driver.Error{Kind: driver.KindConnection, Message: "the connection was lost: " + err.Error(), SessionLost: true, Retryable: true, Err: err}
	}
}

// connectError makes an error of what kept a connection from being made.
func (t *target) connectError(ctx context.Context, err error) *driver.Error {
	var own *driver.Error
	var protocol protocolError
	var dns *net.DNSError
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(ctx.Err(), context.Canceled):
		return &driver.Error{Kind: driver.KindCanceled, Message: "canceled while connecting to " + t.address, Err: err}
	case errors.As(err, &protocol):
		return t.notRedis("it sent "+string(protocol), err)
	case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded):
		return &driver.Error{Kind: driver.KindUnreachable, Err: err,
			Message: fmt.Sprintf("nobody answers at %s in time", t.address),
			Hint:    "Check host and port, or raise the connect timeout"}
	case errors.As(err, &dns):
		return &driver.Error{Kind: driver.KindUnreachable, Message: fmt.Sprintf("host of %s is not known", t.address),
			Hint: "Check the host name in the URL", Err: err}
	default:
		return &driver.Error{Kind: driver.KindUnreachable, Message: fmt.Sprintf("can not connect to %s: %v", t.address, err),
			Hint: "Check that the server runs and listens there", Err: err}
	}
}

func (t *target) notRedis(why string, err error) *driver.Error {
	return &driver.Error{Kind: driver.KindProtocol, Err: err,
		Message: fmt.Sprintf("the server at %s does not speak Redis's protocol: %s", t.address, why),
		Hint:    "Check the port, and whether it wants TLS (rediss://) or not (redis://)"}
}
