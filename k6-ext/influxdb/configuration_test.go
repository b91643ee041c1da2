package influxdb

import (
	"strings"
	"testing"
)

const secret = "s3cr3t-w0rd"

func TestThePlaceIsReadFromURLAndEnvironment(t *testing.T) {
	for _, c := range []struct {
		url         string
		environment map[string]string
		shown, post string
	}{
		{"", nil, "InfluxDB at http://localhost:8086/k6", "http://localhost:8086/write?db=k6&precision=ns"},
		{"http://db:8086/load", nil, "InfluxDB at http://db:8086/load", "http://db:8086/write?db=load&precision=ns"},
		{"https://[::1]:443/load/", nil, "InfluxDB at https://[::1]:443/load", "https://[::1]:443/write?db=load&precision=ns"},
		{"http://db:8086", map[string]string{"K6_INFLUXDB_DB": "mine"}, "InfluxDB at http://db:8086/mine", "http://db:8086/write?db=mine&precision=ns"},
		{
			"http://user:" + secret + "@db:8086/my%20load?retention=a%20week&consistency=any", nil,
			"InfluxDB at http://db:8086/my load", "http://db:8086/write?consistency=any&db=my+load&precision=ns&rp=a+week",
		},
		{
			"http://db:8086?org=acme&bucket=load", map[string]string{"K6_INFLUXDB_TOKEN": secret, "K6_INFLUXDB_DB": "other"},
			"InfluxDB at http://db:8086 (organisation acme, bucket load)", "http://db:8086/api/v2/write?bucket=load&org=acme&precision=ns",
		},
		{
			"", map[string]string{
				"K6_INFLUXDB_ADDR": "http://two:1", "K6_INFLUXDB_TOKEN": secret, "K6_INFLUXDB_ORGANIZATION": "acme", "K6_INFLUXDB_BUCKET": "load",
			},
			"InfluxDB at http://two:1 (organisation acme, bucket load)", "http://two:1/api/v2/write?bucket=load&org=acme&precision=ns",
		},
		{
			"http://db:8086/load", map[string]string{"K6_INFLUXDB_ORGANIZATION": "acme", "K6_INFLUXDB_BUCKET": "load"},
			"InfluxDB at http://db:8086/load", "http://db:8086/write?db=load&precision=ns",
		},
	} {
		configuration, err := Configure(c.url, c.environment)
		if err != nil {
			t.Errorf("%q: %v", c.url, err)
			continue
		}
		if shown, post := configuration.String(), configuration.writeURL(); shown != c.shown || post != c.post {
			t.Errorf("%q and %v is\n%s, %s; want\n%s, %s", c.url, c.environment, shown, post, c.shown, c.post)
		}
	}
}

func TestSecretsComeFromTheURLOrTheEnvironment(t *testing.T) {
	for url, environment := range map[string]map[string]string{
		"http://user:" + secret + "@db:8086/load": {"K6_INFLUXDB_USERNAME": "other", "K6_INFLUXDB_PASSWORD": "other"},
		"http://db:8086/load":                     {"K6_INFLUXDB_USERNAME": "user", "K6_INFLUXDB_PASSWORD": secret},
	} {
		c, err := Configure(url, environment)
		if err != nil || c.Username != "user" || c.Password != secret {
			t.Errorf("%q gives %+v, %v", url, c, err)
		}
	}
}

func TestWhatIsNotAPlaceIsRefusedWithoutShowingASecret(t *testing.T) {
	for _, c := range []struct {
		url         string
		environment map[string]string
		says        string
	}{
		{"ftp://db/load", nil, "does not begin with http:// or https://"},
		{"db:8086/load", nil, "the URL of the output dbmark-influxdb"},
		{"http:///load", nil, "has no host"},
		{"http://db:99999/load", nil, "port 99999"},
		{"http://user:" + secret + "@db:port/load", nil, "cannot be read"},
		{"http://user:" + secret + "%zz@db/load", nil, "cannot be read"},
		{"http://db/load?password=" + secret, nil, `the option "password"`},
		{"http://db?token=" + secret + "&org=a&bucket=b", nil, `the option "token"`},
		{"http://db/load?retention=a&retention=b", nil, "twice"},
		{"http://db?org=&bucket=", map[string]string{"K6_INFLUXDB_TOKEN": secret}, "without a value"},
		{"http://db/load?insecure=yes", nil, `insecure is "yes"`},
		{"http://db/load?bucket=b", nil, `the database "load" of InfluxDB 1.x, and`},
		{"http://db?bucket=b", map[string]string{"K6_INFLUXDB_TOKEN": secret}, `the organisation "" and the bucket "b"`},
		{"http://db?org=a&bucket=b", nil, "no token"},
		{"http://db?org=a&bucket=b&retention=c", map[string]string{"K6_INFLUXDB_TOKEN": secret}, "which only InfluxDB 1.x has"},
		{"", map[string]string{"K6_INFLUXDB_ADDR": "db"}, "K6_INFLUXDB_ADDR of the output"},
		{"", map[string]string{"K6_INFLUXDB_INSECURE": "1"}, `K6_INFLUXDB_INSECURE is "1"`},
	} {
		_, err := Configure(c.url, c.environment)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q is refused with: %v; expected is %q in it", c.url, err, c.says)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("the secret is in: %v", err)
		}
	}
}
