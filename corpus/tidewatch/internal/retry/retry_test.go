package retry

import (
	"context"
	"errors"
	"testing"
	"time"
)

var errFlaky = errors.New("the line is noisy")

// noSleep records the pauses instead of taking them.
func noSleep(t *testing.T) *[]time.Duration {
	t.Helper()
	var pauses []time.Duration
	old := sleep
	sleep = func(ctx context.Context, d time.Duration) error {
		pauses = append(pauses, d)
		return ctx.Err()
	}
	t.Cleanup(func() { sleep = old })
	return &pauses
}

func TestDoStopsAtTheFirstSuccess(t *testing.T) {
	pauses := noSleep(t)
	calls := 0
	err := Default.Do(context.Background(), func(context.Context) error {
		calls++
		if calls < 3 {
			return errFlaky
		}
		return nil
	})
	if err != nil || calls != 3 || len(*pauses) != 2 {
		t.Errorf("err %v, %d calls, %d pauses; want nil, 3, 2", err, calls, len(*pauses))
	}
}

func TestDoKeepsTheLastError(t *testing.T) {
	noSleep(t)
	err := Default.Do(context.Background(), func(context.Context) error { return errFlaky })
	if !errors.Is(err, errFlaky) {
		t.Errorf("got %v, want it to wrap %v", err, errFlaky)
	}
}

func TestPermanentIsNotRetried(t *testing.T) {
	noSleep(t)
	calls := 0
	err := Default.Do(context.Background(), func(context.Context) error {
		calls++
		return Permanent(errFlaky)
	})
	if calls != 1 || err != errFlaky {
		t.Errorf("%d calls, %v; want one call and the bare error", calls, err)
	}
}

func TestBackoffStaysBelowTheCeiling(t *testing.T) {
	p := Policy{Attempts: 80, Base: time.Second, Max: time.Minute}
	for attempt := 1; attempt <= p.Attempts; attempt++ {
		if got := p.backoff(attempt); got < 0 || got > p.Max {
			t.Fatalf("attempt %d: pause %v outside [0, %v]", attempt, got, p.Max)
		}
	}
}
