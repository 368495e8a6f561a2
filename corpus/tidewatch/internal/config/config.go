// Package config reads the settings of tidewatch: built-in defaults, then a
// file of `name = value` lines, then the environment. Later sources win.
package config

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"strings"
	"time"
)

// Config is everything that may differ between two installations.
type Config struct {
	Listen   netip.AddrPort // where to serve
	Stations string         // path of the table of tidal constants
	Zone     *time.Location // the zone in which a "day" begins
	Timeout  time.Duration  // for one request
}

// Defaults are good enough for a laptop.
func Defaults() Config {
	return Config{
		Listen:   netip.MustParseAddrPort("127.0.0.1:8311"),
		Stations: "stations.tsv",
		Zone:     time.UTC,
		Timeout:  5 * time.Second,
	}
}

// SyntaxError is a line that could not be understood.
type SyntaxError struct {
	Line int
	Text string
	Err  error
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d: %q: %v", e.Line, e.Text, e.Err)
}

func (e *SyntaxError) Unwrap() error { return e.Err }

// ErrUnknownSetting is returned for a name that no setting has. Failing beats
// ignoring: a typing error in a harbour's configuration should be noticed on
// the quay and not at sea.
var ErrUnknownSetting = errors.New("unknown setting")

// Load reads the file at path, if there is one, and then the environment.
func Load(path string, getenv func(string) string) (Config, error) {
	cfg := Defaults()
	file, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist): // the defaults will do
	case err != nil:
		return cfg, err
	default:
		defer file.Close()
		if err := parseConfig(file, &cfg); err != nil {
			return cfg, fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, name := range []string{"listen", "stations", "zone", "timeout"} {
		if value := getenv("TIDEWATCH_" + strings.ToUpper(name)); value != "" {
			if err := cfg.set(name, value); err != nil {
				return cfg, fmt.Errorf("environment: %s: %w", name, err)
			}
		}
	}
	return cfg, nil
}

func parseConfig(r io.Reader, cfg *Config) error {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		name, value, found := strings.Cut(text, "=")
		if !found {
			return &SyntaxError{n, text, errors.New("no '=' sign")}
		}
		if err := cfg.set(strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
			return &SyntaxError{n, text, err}
		}
	}
	return lines.Err()
}

func (c *Config) set(name, value string) (err error) {
	switch name {
	case "listen":
		c.Listen, err = netip.ParseAddrPort(value)
	case "stations":
		c.Stations = value
	case "zone":
		c.Zone, err = time.LoadLocation(value)
	case "timeout":
		c.Timeout, err = time.ParseDuration(value)
		if err == nil && c.Timeout <= 0 {
			err = errors.New("a timeout must be positive")
		}
	default:
		err = ErrUnknownSetting
	}
	return err
}
