package influxdb

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The environment variables. Those that k6's own output has too are called as there, the others as in the output for InfluxDB 2 that k6's
// documentation names.
const (
	addressVariable      = "K6_INFLUXDB_ADDR"
	databaseVariable     = "K6_INFLUXDB_DB"
	usernameVariable     = "K6_INFLUXDB_USERNAME"
	passwordVariable     = "K6_INFLUXDB_PASSWORD"
	retentionVariable    = "K6_INFLUXDB_RETENTION"
	consistencyVariable  = "K6_INFLUXDB_CONSISTENCY"
	insecureVariable     = "K6_INFLUXDB_INSECURE"
	organisationVariable = "K6_INFLUXDB_ORGANIZATION"
	bucketVariable       = "K6_INFLUXDB_BUCKET"
	tokenVariable        = "K6_INFLUXDB_TOKEN"
)

// The options after the question mark of the URL.
const (
	organisationOption = "org"
	bucketOption       = "bucket"
	retentionOption    = "retention"
	consistencyOption  = "consistency"
	insecureOption     = "insecure"
)

const (
	defaultAddress  = "http://localhost:8086"
	defaultDatabase = "k6"
)

// Configuration says where points are written to. Either Database is set (InfluxDB 1.x), or Organisation and Bucket (2.x).
type Configuration struct {
	// Address is scheme, host and port.
	Address  string
	Database string
	// Username and Password may be empty: a server without authentication.
	Username, Password string
	// Retention is the name of a retention policy, Consistency the consistency of writes in a cluster; empty: the server's.
	Retention, Consistency string
	Organisation, Bucket   string
	Token                  string
	// Insecure: the server's certificate is not checked.
	Insecure bool
}

// String names the place for a person, without secrets.
func (c *Configuration) String() string {
	if c.Bucket != "" {
		return fmt.Sprintf("InfluxDB at %s (organisation %s, bucket %s)", c.Address, c.Organisation, c.Bucket)
	}
	return fmt.Sprintf("InfluxDB at %s/%s", c.Address, c.Database)
}

// Configure reads a URL like http://host:8086/database or http://host:8086?org=acme&bucket=k6, which may be empty, and the environment; where both
// say something, the URL holds. Errors never show a password.
func Configure(text string, environment map[string]string) (*Configuration, error) {
	insecure, err := flag(environment[insecureVariable], insecureVariable)
	if err != nil {
		return nil, err
	}
	c := &Configuration{
		Address: defaultAddress, Database: environment[databaseVariable],
		Username: environment[usernameVariable], Password: environment[passwordVariable],
		Retention: environment[retentionVariable], Consistency: environment[consistencyVariable],
		Organisation: environment[organisationVariable], Bucket: environment[bucketVariable], Token: environment[tokenVariable],
		Insecure: insecure,
	}
	for _, source := range []struct{ text, name string }{{environment[addressVariable], addressVariable}, {text, "the URL"}} {
		if source.text == "" {
			continue
		}
		if err := c.read(source.text); err != nil {
			return nil, fmt.Errorf("%s of the output dbmark-influxdb %w; expected is %s", source.name, err, expected)
		}
	}
	return c, c.complete()
}

const expected = "http://host:8086/database for InfluxDB 1.x, or http://host:8086?org=name&bucket=name for 2.x with its token in " + tokenVariable

// read takes what a URL says.
func (c *Configuration) read(text string) error {
	// The error of url.Parse shows the whole URL, with its password.
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return fmt.Errorf("cannot be read")
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return fmt.Errorf("does not begin with http:// or https://")
	case parsed.Hostname() == "":
		return fmt.Errorf("has no host")
	}
	if port := parsed.Port(); port != "" {
		if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
			return fmt.Errorf("has the port %s, which is not between 1 and 65535", port)
		}
	}
	options := parsed.Query()
	for name, values := range options {
		if !slices.Contains([]string{organisationOption, bucketOption, retentionOption, consistencyOption, insecureOption}, name) {
			return fmt.Errorf("has the option %q; known are org and bucket (2.x), retention and consistency (1.x), and insecure. "+
				"Secrets are for the environment: %s, %s, %s", name, usernameVariable, passwordVariable, tokenVariable)
		}
		if len(values) > 1 {
			return fmt.Errorf("has the option %q twice", name)
		}
		if values[0] == "" {
			return fmt.Errorf("has the option %q without a value", name)
		}
	}
	c.Address = parsed.Scheme + "://" + parsed.Host
	if database := strings.Trim(parsed.Path, "/"); database != "" {
		c.Database = database
		// A URL that names a database means 1.x, whatever bucket the environment names.
		c.Organisation, c.Bucket = "", ""
	}
	if parsed.User != nil {
		c.Username = parsed.User.Username()
		c.Password, _ = parsed.User.Password()
	}
	if options.Has(organisationOption) || options.Has(bucketOption) {
		if strings.Trim(parsed.Path, "/") != "" {
			return fmt.Errorf("names the database %q of InfluxDB 1.x, and an organisation or a bucket of 2.x", c.Database)
		}
		c.Database = ""
	}
	for option, field := range map[string]*string{
		organisationOption: &c.Organisation, bucketOption: &c.Bucket, retentionOption: &c.Retention, consistencyOption: &c.Consistency,
	} {
		if options.Has(option) {
			*field = options.Get(option)
		}
	}
	if options.Has(insecureOption) {
		if c.Insecure, err = flag(options.Get(insecureOption), insecureOption); err != nil {
			return err
		}
	}
	return nil
}

// complete fills in what nobody said, and refuses what does not go together.
func (c *Configuration) complete() error {
	switch {
	case c.Organisation == "" && c.Bucket == "":
		if c.Database == "" {
			c.Database = defaultDatabase
		}
		return nil
	case c.Organisation == "" || c.Bucket == "":
		return fmt.Errorf("the output dbmark-influxdb has the organisation %q and the bucket %q: InfluxDB 2.x needs both; expected is %s",
			c.Organisation, c.Bucket, expected)
	case c.Token == "":
		return fmt.Errorf("the output dbmark-influxdb has a bucket and no token: InfluxDB 2.x needs one that may write to it, in %s", tokenVariable)
	case c.Retention != "" || c.Consistency != "":
		return fmt.Errorf("the output dbmark-influxdb has a bucket, and a retention policy or a consistency, which only InfluxDB 1.x has")
	}
	c.Database = ""
	return nil
}

// flag reads true or false; an empty text is false.
func flag(text, name string) (bool, error) {
	switch text {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, fmt.Errorf("%s is %q; it takes true or false", name, text)
}

// writeURL is where points are posted to.
func (c *Configuration) writeURL() string {
	options := url.Values{"precision": {"ns"}}
	path := "/write"
	if c.Bucket != "" {
		path = "/api/v2/write"
		options.Set("org", c.Organisation)
		options.Set("bucket", c.Bucket)
	} else {
		options.Set("db", c.Database)
		if c.Retention != "" {
			options.Set("rp", c.Retention)
		}
		if c.Consistency != "" {
			options.Set("consistency", c.Consistency)
		}
	}
	return c.Address + path + "?" + options.Encode()
}

// authorize says who is writing.
func (c *Configuration) authorize(request *http.Request) {
	switch {
	case c.Bucket != "":
		request.Header.Set("Authorization", "Token "+c.Token)
	case c.Username != "":
		request.SetBasicAuth(c.Username, c.Password)
	}
}
