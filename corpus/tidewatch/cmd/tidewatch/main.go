// Command tidewatch serves tide tables for the Skerries.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.org/skerry/tidewatch/internal/config"
	"example.org/skerry/tidewatch/internal/httpapi"
	"example.org/skerry/tidewatch/internal/retry"
	"example.org/skerry/tidewatch/internal/station"
)

// Set by the Makefile.
var (
	version  = "dev"
	revision = "unknown"
)

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(log, os.Args[1:]); err != nil {
		log.Error("tidewatch stopped", "error", err)
		os.Exit(1)
	}
}

func run(log *slog.Logger, args []string) error {
	flags := flag.NewFlagSet("tidewatch", flag.ContinueOnError)
	path := flags.String("config", "tidewatch.conf", "file with settings")
	listen := flags.String("listen", "", "address and port, instead of the configured one")
	showVersion := flags.Bool("version", false, "print the version and exit")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *showVersion {
		fmt.Printf("tidewatch %s (%s)\n", version, revision)
		return nil
	}
	cfg, err := config.Load(*path, os.Getenv)
	if err != nil {
		return err
	}
	if *listen != "" {
		if cfg.Listen, err = netip.ParseAddrPort(*listen); err != nil {
			return err
		}
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	// The table lives on a network share that is mounted a moment after boot,
	// so reading it is worth a second try.
	var stations []station.Station
	err = retry.Default.Do(ctx, func(context.Context) error {
		stations, err = readStations(cfg.Stations)
		return err
	})
	if err != nil {
		return err
	}

	server := &http.Server{
		Addr:              cfg.Listen.String(),
		Handler:           httpapi.New(stations, cfg.Zone, log).Handler(),
		ReadHeaderTimeout: cfg.Timeout,
		WriteTimeout:      cfg.Timeout,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Info("serving", "address", server.Addr, "stations", len(stations), "version", version)

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	// TODO(ailsa): tell the load balancer first, then wait for it to look away.
	patience, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(patience); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("shutting down: %w", err)
	}
	return nil
}

func readStations(path string) ([]station.Station, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err // may appear yet
	}
	defer file.Close()
	stations, err := station.ParseStations(file)
	if err != nil {
		return nil, retry.Permanent(fmt.Errorf("%s: %w", path, err))
	}
	return stations, nil
}
