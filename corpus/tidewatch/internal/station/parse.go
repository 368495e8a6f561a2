// Package station reads the tables of tidal constants.
package station

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"example.org/skerry/tidewatch/internal/harmonic"
)

// Station is a tide gauge and the tide it measures.
type Station struct {
	ID    string
	Name  string
	Curve harmonic.Curve
}

// meanLevel is not a constituent, but travels in the same column.
const meanLevel = "Z0"

// ErrNoStations is returned for a table without a single row.
var ErrNoStations = errors.New("no stations")

// ParseStations reads a table of tab-separated rows:
//
//	id <TAB> name <TAB> constituent <TAB> amplitude <TAB> phase
//
// Rows of one station need not be adjacent. Blank lines and lines that begin
// with '#' are skipped. Stations are returned in order of first mention.
func ParseStations(r io.Reader) ([]Station, error) {
	var stations []Station
	index := map[string]int{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimRight(lines.Text(), " \r")
		if text == "" || text[0] == '#' {
			continue
		}
		row, err := parseRow(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		i, seen := index[row.id]
		if !seen {
			i = len(stations)
			index[row.id] = i
			stations = append(stations, Station{ID: row.id, Name: row.name})
		}
		if row.constituent == meanLevel {
			stations[i].Curve.Mean = row.amplitude
			continue
		}
		c, err := harmonic.Lookup(row.constituent)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		term := harmonic.Term{Constituent: c, Amplitude: row.amplitude, Phase: row.phase}
		stations[i].Curve.Terms = append(stations[i].Curve.Terms, term)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(stations) == 0 {
		return nil, ErrNoStations
	}
	return stations, nil
}

type row struct {
	id, name, constituent string
	amplitude, phase      float64
}

func parseRow(text string) (row, error) {
	fields := strings.Split(text, "\t")
	if len(fields) != 5 {
		return row{}, fmt.Errorf("%d fields, want 5; are these tabs?", len(fields))
	}
	amplitude, err := parseMetres(fields[3])
	if err != nil {
		return row{}, err
	}
	phase, err := parseDegrees(fields[4])
	if err != nil {
		return row{}, err
	}
	return row{fields[0], fields[1], fields[2], amplitude, phase}, nil
}

func parseMetres(text string) (float64, error) {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || value < 0 || value > 20 {
		return 0, fmt.Errorf("%q is no amplitude in metres", text)
	}
	return value, nil
}

func parseDegrees(text string) (float64, error) {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || value < 0 || value >= 360 {
		return 0, fmt.Errorf("%q is no phase between 0 and 360 degrees", text)
	}
	return value, nil
}
