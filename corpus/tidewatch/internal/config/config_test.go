package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func noEnv(string) string { return "" }

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tidewatch.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadWithoutAFile(t *testing.T) {
	cfg, err := Load(filepath.Join(t.TempDir(), "absent.conf"), noEnv)
	if err != nil || cfg != Defaults() {
		t.Errorf("got %+v, %v; want the defaults", cfg, err)
	}
}

func TestTheEnvironmentWins(t *testing.T) {
	path := write(t, "# quay side\nlisten = 192.0.2.14:80\ntimeout = 2s\n")
	cfg, err := Load(path, func(name string) string {
		return map[string]string{"TIDEWATCH_TIMEOUT": "750ms"}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Listen.String() != "192.0.2.14:80" || cfg.Timeout != 750*time.Millisecond {
		t.Errorf("got %+v", cfg)
	}
}

func TestLoadNamesTheLine(t *testing.T) {
	_, err := Load(write(t, "\nlisten = 192.0.2.14:80\nlitsen = 192.0.2.15:80\n"), noEnv)
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || syntax.Line != 3 || !errors.Is(err, ErrUnknownSetting) {
		t.Errorf("got %v, want an unknown setting on line 3", err)
	}
}

func TestATimeoutMustBePositive(t *testing.T) {
	if _, err := Load(write(t, "timeout = -1s\n"), noEnv); err == nil {
		t.Error("a negative timeout was accepted")
	}
}
