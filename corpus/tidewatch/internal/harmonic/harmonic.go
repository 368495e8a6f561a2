// Package harmonic predicts the height of the tide as a sum of cosines.
//
//	h(t) = Z0 + Σ fᵢ·Aᵢ·cos(Vᵢ + uᵢ + ωᵢ·t − gᵢ)
//
// The astronomical argument V is counted from the epoch below. The nodal
// corrections f and u follow the 18.6-year swing of the moon's orbit; we apply
// them to M2, N2 and M4, where they are worth up to four centimetres, and
// leave the others alone.
package harmonic

import (
	"fmt"
	"math"
	"sort"
	"time"
)

// epoch is when the astronomical arguments below were evaluated.
var epoch = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// A Constituent is one line in the spectrum of the tide.
type Constituent struct {
	Name   string
	Speed  float64 // degrees per hour
	V0     float64 // argument at the epoch, in degrees
	lunars float64 // how many times the nodal correction of M2 applies
}

// constituents lists what the gauges of the Skerries can resolve in a year.
var constituents = map[string]Constituent{
	"M2": {"M2", 28.9841042, 136.5, 1}, // the moon, twice a day
	"S2": {"S2", 30.0000000, 0.0, 0},   // the sun, twice a day
	"N2": {"N2", 28.4397295, 8.1, 1},   // the moon's distance
	"K1": {"K1", 15.0410686, 10.0, 0},  // sun and moon, declination
	"O1": {"O1", 13.9430356, 126.5, 0}, // moon, declination
	"M4": {"M4", 57.9682084, 273.0, 2}, // shallow water, from M2
}

// Lookup returns the constituent of that name.
func Lookup(name string) (Constituent, error) {
	c, ok := constituents[name]
	if !ok {
		return c, fmt.Errorf("unknown constituent %q", name)
	}
	return c, nil
}

// Term is a constituent with the two constants that belong to a place.
type Term struct {
	Constituent
	Amplitude float64 // metres
	Phase     float64 // degrees, relative to Greenwich
}

// Curve is the tide of one place.
type Curve struct {
	Mean  float64 // metres above chart datum
	Terms []Term
}

// Height returns the predicted height above chart datum in metres.
func (c Curve) Height(at time.Time) float64 {
	hours := at.Sub(epoch).Hours()
	f, u := nodal(at)
	height := c.Mean
	for _, term := range c.Terms {
		factor := math.Pow(f, term.lunars)
		angle := term.V0 + u*term.lunars + term.Speed*hours - term.Phase
		height += factor * term.Amplitude * math.Cos(radians(angle))
	}
	return height
}

// nodal returns the factor and the shift of M2 for the longitude of the
// moon's ascending node at that time.
func nodal(at time.Time) (f, u float64) {
	days := at.Sub(epoch).Hours() / 24
	node := radians(125.04 - 0.0529538*days)
	return 1 - 0.037*math.Cos(node), -2.1 * math.Sin(node)
}

// Kind tells high water from low water.
type Kind int

const (
	Low Kind = iota
	High
)

func (k Kind) String() string {
	if k == High {
		return "high"
	}
	return "low"
}

// Turn is a turning point of the tide.
type Turn struct {
	At     time.Time
	Height float64
	Kind   Kind
}

// step is short enough that no two turning points share one: the fastest
// constituent, M4, needs three hours from crest to trough.
const step = 10 * time.Minute

// Turns returns the turning points in [from, to), in order of time.
func (c Curve) Turns(from, to time.Time) []Turn {
	var turns []Turn
	before, here := c.Height(from.Add(-step)), c.Height(from)
	for at := from; at.Before(to); at = at.Add(step) {
		after := c.Height(at.Add(step))
		// Ties go to the earlier sample, hence one strict comparison each.
		if here >= before && here > after {
			turns = append(turns, c.refine(at, High))
		} else if here <= before && here < after {
			turns = append(turns, c.refine(at, Low))
		}
		before, here = here, after
	}
	// Refining may push the first or the last over the edge.
	inside := sort.Search(len(turns), func(i int) bool { return !turns[i].At.Before(from) })
	turns = turns[inside:]
	for len(turns) > 0 && !turns[len(turns)-1].At.Before(to) {
		turns = turns[:len(turns)-1]
	}
	return turns
}

// refine finds the turning point near a sample by golden-section search and
// rounds it to the minute, which is all the harbour clock shows.
func (c Curve) refine(near time.Time, kind Kind) Turn {
	const ratio = 0.6180339887498949
	sign := 1.0
	if kind == Low {
		sign = -1
	}
	left, right := near.Add(-step), near.Add(step)
	for right.Sub(left) > time.Second {
		reach := time.Duration(float64(right.Sub(left)) * ratio)
		a, b := right.Add(-reach), left.Add(reach)
		if sign*c.Height(a) > sign*c.Height(b) {
			right = b
		} else {
			left = a
		}
	}
	at := left.Round(time.Minute)
	return Turn{At: at, Height: c.Height(at), Kind: kind}
}

func radians(degrees float64) float64 {
	return math.Mod(degrees, 360) * math.Pi / 180
}
