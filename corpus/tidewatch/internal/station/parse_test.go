package station

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// go test ./internal/station -update rewrites the almanac. Do that only if you
// can say why the tides have changed.
var update = flag.Bool("update", false, "rewrite testdata/almanac-2024.txt")

const almanac = "../../testdata/almanac-2024.txt"

func bundled(t *testing.T) []Station {
	t.Helper()
	file, err := os.Open("../../testdata/stations.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stations, err := ParseStations(file)
	if err != nil {
		t.Fatal(err)
	}
	return stations
}

func TestParseTheBundledTable(t *testing.T) {
	stations := bundled(t)
	if len(stations) != 3 || stations[1].Name != "Lantern Rock" || stations[1].Curve.Mean != 2.34 {
		t.Errorf("got %+v", stations)
	}
	for _, s := range stations {
		if len(s.Curve.Terms) != 6 {
			t.Errorf("%s: %d terms, want 6", s.ID, len(s.Curve.Terms))
		}
	}
}

func TestParseStationsRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"spaces for tabs":     "old-pier Old Pier M2 1.0 90.0\n",
		"a made-up wave":      "old-pier\tOld Pier\tQ9\t1.0\t90.0\n",
		"a tide of 90 metres": "old-pier\tOld Pier\tM2\t90.0\t1.0\n",
		"a full turn":         "old-pier\tOld Pier\tM2\t1.0\t360.0\n",
	} {
		if _, err := ParseStations(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		} else if !strings.HasPrefix(err.Error(), "line 1: ") {
			t.Errorf("%s: the error does not name the line: %v", name, err)
		}
	}
}

func TestParseStationsWithoutRows(t *testing.T) {
	_, err := ParseStations(strings.NewReader("# nothing but a comment\n\n"))
	if !errors.Is(err, ErrNoStations) {
		t.Errorf("got %v, want %v", err, ErrNoStations)
	}
}

// printAlmanac writes a year as it hangs in the ferry's wheelhouse.
func printAlmanac(st Station, year int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Tides at %s, %d. Heights in metres above chart datum, times UTC.\n", st.Name, year)
	b.WriteString("Written by go test -update; compare before you believe.\n")
	day := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)
	for ; day.Year() == year; day = day.AddDate(0, 0, 1) {
		if day.Day() == 1 {
			fmt.Fprintf(&b, "\n%s\n", strings.ToUpper(day.Month().String()))
		}
		b.WriteString(day.Format("_2 Mon"))
		for _, turn := range st.Curve.Turns(day, day.AddDate(0, 0, 1)) {
			fmt.Fprintf(&b, "  %s %s %.2f", turn.At.Format("15:04"), turn.Kind, turn.Height)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestTheAlmanacHasNotChanged(t *testing.T) {
	got := printAlmanac(bundled(t)[0], 2024)
	if *update {
		if err := os.WriteFile(almanac, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(almanac)
	if err != nil {
		t.Fatal(err)
	}
	wantLines, gotLines := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range min(len(wantLines), len(gotLines)) {
		if gotLines[i] != wantLines[i] {
			t.Fatalf("line %d:\ngot  %s\nwant %s", i+1, gotLines[i], wantLines[i])
		}
	}
	if len(gotLines) != len(wantLines) {
		t.Errorf("%d lines, want %d", len(gotLines), len(wantLines))
	}
}
