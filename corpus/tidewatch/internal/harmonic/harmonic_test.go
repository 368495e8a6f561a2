package harmonic

import (
	"math"
	"testing"
	"time"
)

func mustLookup(t *testing.T, name string) Constituent {
	t.Helper()
	c, err := Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sun is a tide made by the sun alone, so its times can be told by heart.
func sun(t *testing.T) Curve {
	return Curve{Mean: 2, Terms: []Term{{mustLookup(t, "S2"), 0.5, 0}}}
}

func TestASolarTideKeepsOfficeHours(t *testing.T) {
	day := time.Date(2024, time.March, 17, 0, 0, 0, 0, time.UTC)
	turns := sun(t).Turns(day, day.AddDate(0, 0, 1))
	want := []string{"00:00 high", "06:00 low", "12:00 high", "18:00 low"}
	if len(turns) != len(want) {
		t.Fatalf("got %d turns, want %d: %v", len(turns), len(want), turns)
	}
	for i, turn := range turns {
		if got := turn.At.Format("15:04 ") + turn.Kind.String(); got != want[i] {
			t.Errorf("turn %d: got %s, want %s", i, got, want[i])
		}
	}
}

func TestHeightStaysWithinTheAmplitudes(t *testing.T) {
	curve := sun(t)
	at := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
	for i := 0; i < 1000; i++ {
		if h := curve.Height(at); math.Abs(h-curve.Mean) > 0.5+1e-9 {
			t.Fatalf("%v: height %.3f is out of range", at, h)
		}
		at = at.Add(37 * time.Minute)
	}
}

func TestHighAndLowAlternate(t *testing.T) {
	curve := Curve{Mean: 2.1, Terms: []Term{
		{mustLookup(t, "M2"), 1.18, 118.4},
		{mustLookup(t, "S2"), 0.41, 155.2},
		{mustLookup(t, "K1"), 0.11, 170.3},
	}}
	from := time.Date(2024, time.February, 1, 0, 0, 0, 0, time.UTC)
	turns := curve.Turns(from, from.AddDate(0, 1, 0))
	if len(turns) < 110 {
		t.Fatalf("only %d turns in a month", len(turns))
	}
	for i := 1; i < len(turns); i++ {
		if turns[i].Kind == turns[i-1].Kind {
			t.Errorf("two %s waters in a row at %v", turns[i].Kind, turns[i].At)
		}
	}
}

func TestLookupRefusesInventedNames(t *testing.T) {
	if _, err := Lookup("Q9"); err == nil {
		t.Error("no error for a constituent that does not exist")
	}
}
