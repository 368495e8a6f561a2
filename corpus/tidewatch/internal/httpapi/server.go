// Package httpapi serves tide tables over HTTP.
//
//	GET /v1/stations                      the list, as JSON
//	GET /v1/stations/{id}/tides?day=DATE  one day, in the form asked for
//	GET /healthz                          "ok"
//
// The form of a tide table follows the Accept header: application/json,
// application/x-protobuf, and plain text for anything else, because the most
// faithful client is a curl in a cron job that feeds a printer.
package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"time"

	"example.org/moon"
	"example.org/skerry/tidewatch/gen/tidepb"
	"example.org/skerry/tidewatch/internal/harmonic"
	"example.org/skerry/tidewatch/internal/station"
)

// Server answers for a fixed set of stations.
type Server struct {
	stations []station.Station
	zone     *time.Location
	log      *slog.Logger
	now      func() time.Time // replaced in tests
}

// New returns a server for these stations; a day begins at midnight in zone.
func New(stations []station.Station, zone *time.Location, log *slog.Logger) *Server {
	return &Server{stations: stations, zone: zone, log: log, now: time.Now}
}

// Handler routes the requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "ok\n")
	})
	mux.HandleFunc("GET /v1/stations", s.handleStations)
	mux.HandleFunc("GET /v1/stations/{id}/tides", s.handleTides)
	return mux
}

type stationJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (s *Server) handleStations(w http.ResponseWriter, _ *http.Request) {
	list := make([]stationJSON, 0, len(s.stations))
	for _, st := range s.stations {
		list = append(list, stationJSON{st.ID, st.Name})
	}
	s.writeJSON(w, list)
}

func (s *Server) handleTides(w http.ResponseWriter, r *http.Request) {
	st, ok := s.find(r.PathValue("id"))
	if !ok {
		http.Error(w, "no such station", http.StatusNotFound)
		return
	}
	day, err := s.parseDay(r.URL.Query().Get("day"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	turns := st.Curve.Turns(day, day.AddDate(0, 0, 1))
	switch accept := r.Header.Get("Accept"); {
	case strings.Contains(accept, "application/x-protobuf"):
		w.Header().Set("Content-Type", "application/x-protobuf")
		w.Write(tableProto(st, day, turns).Marshal())
	case strings.Contains(accept, "application/json"):
		s.writeJSON(w, turnsJSON(turns))
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		writeTable(w, st, day, turns)
	}
}

func (s *Server) find(id string) (station.Station, bool) {
	for _, st := range s.stations {
		if st.ID == id {
			return st, true
		}
	}
	return station.Station{}, false
}

var errBadDay = errors.New("day must look like 2024-03-17")

// parseDay returns the midnight at which the day begins; no day is today.
func (s *Server) parseDay(text string) (time.Time, error) {
	if text == "" {
		y, m, d := s.now().In(s.zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, s.zone), nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, s.zone)
	if err != nil {
		return day, errBadDay
	}
	return day, nil
}

type turnJSON struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Height float64   `json:"height"`
}

func turnsJSON(turns []harmonic.Turn) []turnJSON {
	list := make([]turnJSON, 0, len(turns))
	for _, turn := range turns {
		list = append(list, turnJSON{turn.At, turn.Kind.String(), turn.Height})
	}
	return list
}

func tableProto(st station.Station, day time.Time, turns []harmonic.Turn) *tidepb.TideTable {
	table := &tidepb.TideTable{
		StationId: st.ID,
		Day:       day.Format(time.DateOnly),
		Spring:    moon.Spring(day),
	}
	for _, turn := range turns {
		kind := tidepb.TurnKind_LOW_WATER
		if turn.Kind == harmonic.High {
			kind = tidepb.TurnKind_HIGH_WATER
		}
		table.Turns = append(table.Turns, &tidepb.Turn{
			UnixSeconds: turn.At.Unix(),
			Kind:        kind,
			Millimetres: int32(math.Round(turn.Height * 1000)),
		})
	}
	return table
}

// writeTable prints a day as it hangs on the notice board of the Old Pier.
func writeTable(w io.Writer, st station.Station, day time.Time, turns []harmonic.Turn) {
	fmt.Fprintf(w, "%s  %s\n", day.Format("Mon 2 Jan 2006"), st.Name)
	for _, turn := range turns {
		fmt.Fprintf(w, "  %s  %-4s %6.2f m\n",
			turn.At.In(day.Location()).Format("15:04"), turn.Kind, turn.Height)
	}
	if moon.Spring(day) {
		fmt.Fprintf(w, "  spring tide (%s): mind the lower steps\n", moon.Phase(day))
	}
}

func (s *Server) writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		// The header is out; all that is left is to tell ourselves.
		s.log.Warn("writing a response", "error", err)
	}
}
