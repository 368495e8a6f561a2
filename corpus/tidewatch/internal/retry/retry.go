// Package retry calls a function again when it fails in a way that waiting
// might cure. The policy is the one of the handbook (retry-policy.md): at most
// five attempts, back-off doubling from 200 ms, full jitter.
package retry

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"time"
)

// Policy says how often and how patiently to try.
type Policy struct {
	Attempts int           // calls in all, the first included
	Base     time.Duration // upper bound of the first pause
	Max      time.Duration // no pause is longer than this
}

// Default is the policy of the handbook.
var Default = Policy{Attempts: 5, Base: 200 * time.Millisecond, Max: 10 * time.Second}

// permanent marks an error that no amount of waiting will cure.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent wraps err so that Do gives up at once.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// sleep is replaced in tests, where nobody has time to wait.
var sleep = func(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Do calls fn until it succeeds, fails permanently, or the attempts run out.
// The error of the last call is returned, wrapped, so errors.Is still works.
func (p Policy) Do(ctx context.Context, fn func(context.Context) error) error {
	var err error
	for attempt := 1; attempt <= p.Attempts; attempt++ {
		err = fn(ctx)
		var fatal permanent
		switch {
		case err == nil:
			return nil
		case errors.As(err, &fatal):
			return fatal.error
		case attempt == p.Attempts:
			return fmt.Errorf("giving up after %d attempts: %w", attempt, err)
		}
		if stop := sleep(ctx, p.backoff(attempt)); stop != nil {
			return errors.Join(stop, err)
		}
	}
	return err
}

// backoff draws the pause after the given attempt: uniform between zero and
// Base·2^(attempt-1), so that a harbour full of clients does not come back in
// step after an outage.
func (p Policy) backoff(attempt int) time.Duration {
	ceiling := p.Base << (attempt - 1)
	if ceiling > p.Max || ceiling <= 0 { // <= 0: the shift overflowed
		ceiling = p.Max
	}
	return time.Duration(rand.Int63n(int64(ceiling) + 1))
}
