// Package moon tells the age of the moon to within a few hours, which is
// close enough for deciding whether tonight is a spring tide.
//
// The method is the mean synodic month counted from a known new moon. It
// ignores the eccentricity of both orbits and is therefore never right and
// never far wrong.
package moon

import (
	"math"
	"time"
)

// SynodicMonth is the mean time from one new moon to the next.
const SynodicMonth = 29.530588861 * 24 * float64(time.Hour)

// epoch is the new moon of 2000-01-06 18:14 UTC.
var epoch = time.Date(2000, time.January, 6, 18, 14, 0, 0, time.UTC)

// Age returns the time since the last new moon.
func Age(at time.Time) time.Duration {
	since := math.Mod(float64(at.Sub(epoch)), SynodicMonth)
	if since < 0 {
		since += SynodicMonth
	}
	return time.Duration(since)
}

// Phase names the phase of the moon at the given time.
func Phase(at time.Time) string {
	names := [...]string{
		"new moon", "waxing crescent", "first quarter", "waxing gibbous",
		"full moon", "waning gibbous", "last quarter", "waning crescent",
	}
	eighth := math.Floor(float64(Age(at))/SynodicMonth*8 + 0.5)
	return names[int(eighth)%len(names)]
}

// Spring reports whether the moon is within two days of new or full, when
// the sun and the moon pull along the same line.
func Spring(at time.Time) bool {
	half := SynodicMonth / 2
	since := math.Mod(float64(Age(at)), half)
	return math.Min(since, half-since) < float64(48*time.Hour)
}
