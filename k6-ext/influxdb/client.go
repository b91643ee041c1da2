package influxdb

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// requestTimeout bounds a request; a server that takes longer for a second's points is of no use to watch a run.
const requestTimeout = 10 * time.Second

// answer is what became of a batch.
type answer struct {
	verdict verdict
	// dropped are the points of a batch of which the server took the others.
	dropped int
	// reason in words, empty when all is well.
	reason string
	// after is how long the server wants to be left alone; zero: it did not say.
	after time.Duration
}

type verdict int

const (
	// written: the server has it, except for what it dropped.
	written verdict = iota
	// later: it may take it when it is asked again.
	later
	// refused: it will not take it as long as nobody changes its users, tokens, databases or buckets.
	refused
	// useless: it will never take this batch.
	useless
)

// client speaks to one InfluxDB.
type client struct {
	configuration *Configuration
	http          *http.Client
	// triedToMake: the database was missing, and was asked for.
	triedToMake bool
}

func newClient(configuration *Configuration) *client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if configuration.Insecure {
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // asked for by the user
	}
	return &client{configuration: configuration, http: &http.Client{
		Transport: transport, Timeout: requestTimeout,
		// A redirected POST would come as a GET.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// probe finds out whether points will be taken, by writing none.
func (c *client) probe(ctx context.Context) answer {
	a := c.write(ctx, batch{})
	// A server that has nothing against us but that there is nothing to write.
	if a.verdict == useless {
		return answer{}
	}
	return a
}

// write sends a batch. Sent twice, it is there once: points of the same series and instant replace each other.
func (c *client) write(ctx context.Context, b batch) answer {
	a, status := c.post(ctx, b)
	if status == http.StatusNotFound && c.configuration.Database != "" && !c.triedToMake {
		c.triedToMake = true
		if c.makeDatabase(ctx) {
			a, _ = c.post(ctx, b)
		}
	}
	return a
}

func (c *client) post(ctx context.Context, b batch) (answer, int) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.configuration.writeURL(), bytes.NewReader(b.body))
	if err != nil {
		return answer{verdict: useless, reason: err.Error()}, 0
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	if b.points > 0 {
		request.Header.Set("Content-Encoding", "gzip")
	}
	c.configuration.authorize(request)
	response, err := c.http.Do(request)
	if err != nil {
		return answer{verdict: later, reason: unreachable(err)}, 0
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 16<<10))
	return judge(response, text, b.points), response.StatusCode
}

// droppedPattern finds how InfluxDB 1.x counts the points of a batch that it did not take.
var droppedPattern = regexp.MustCompile(`\bdropped=(\d+)`)

// judge reads an answer.
func judge(response *http.Response, text []byte, points int) answer {
	status, said := response.StatusCode, message(text)
	reason := fmt.Sprintf("it answered %d", status)
	if said != "" {
		reason += fmt.Sprintf(" (%s)", said)
	}
	switch {
	case status >= 200 && status < 300:
		return answer{}
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		if found := droppedPattern.FindStringSubmatch(said); found != nil {
			// Where nothing was dropped, lines could not be parsed, and how many is not said.
			if dropped, err := strconv.Atoi(found[1]); err == nil && dropped > 0 && dropped <= points {
				return answer{verdict: written, dropped: dropped, reason: reason}
			}
		}
		return answer{verdict: useless, reason: reason}
	case status == http.StatusRequestEntityTooLarge:
		return answer{verdict: useless, reason: reason}
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return answer{verdict: later, reason: reason, after: time.Duration(max(0, seconds)) * time.Second}
	default:
		return answer{verdict: refused, reason: reason + hint(status)}
	}
}

// hint says what to do about a refusal.
func hint(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Sprintf(": check %s and %s (InfluxDB 1.x) or %s (2.x), and that they may write there", usernameVariable, passwordVariable, tokenVariable)
	case http.StatusNotFound:
		return ": make the database, or the bucket, or correct its name"
	default:
		return ": check that this is the address of an InfluxDB"
	}
}

// message is the text of an error in both versions' answers, on one line.
func message(text []byte) string {
	var body struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	}
	said := strings.TrimSpace(string(text))
	if json.Unmarshal(text, &body) == nil {
		said = body.Message
		if said == "" {
			said = body.Error
		}
	}
	said = strings.Join(strings.Fields(said), " ")
	const longest = 200
	if len(said) > longest {
		said = strings.ToValidUTF8(said[:longest], "") + " …"
	}
	return said
}

// unreachable says why there was no answer, without the URL, which the caller names.
func unreachable(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		if wrapped.Timeout() {
			return fmt.Sprintf("it did not answer within %v", requestTimeout)
		}
		err = wrapped.Err
	}
	// The run is over, and it had its time.
	if errors.Is(err, context.Canceled) {
		return "it did not answer in time"
	}
	return fmt.Sprintf("it cannot be reached (%v)", err)
}

// makeDatabase makes a missing database of InfluxDB 1.x, as k6's own output does.
func (c *client) makeDatabase(ctx context.Context) bool {
	name := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(c.configuration.Database)
	form := url.Values{"q": {`CREATE DATABASE "` + name + `"`}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.configuration.Address+"/query", strings.NewReader(form.Encode()))
	if err != nil {
		return false
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	c.configuration.authorize(request)
	response, err := c.http.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 16<<10))
	return response.StatusCode == http.StatusOK && !bytes.Contains(text, []byte(`"error"`))
}
