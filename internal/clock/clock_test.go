package clock_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"soapstone/internal/clock"
)

var start = time.Date(2026, 3, 10, 10, 0, 0, 123_456_789, time.FixedZone("", -5*3600))

func TestSystemIsUTCInWholeMicroseconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(1500 * time.Nanosecond) // the bubble's clock, not the machine's
		got := clock.System().Now()
		if got.Location() != time.UTC || got.Nanosecond()%1000 != 0 {
			t.Errorf("Now() = %v", got)
		}
		if want := time.Date(2000, 1, 1, 0, 0, 0, 1000, time.UTC); !got.Equal(want) {
			t.Errorf("Now() = %v, want %v", got, want)
		}
	})
}

func TestManualStandsStillUntilMoved(t *testing.T) {
	c := clock.NewManual(start)
	want := time.Date(2026, 3, 10, 15, 0, 0, 123_456_000, time.UTC)
	for range 3 {
		if got := c.Now(); got != want {
			t.Fatalf("Now() = %v, want %v", got, want)
		}
	}
	c.Advance(90*time.Second + 1500*time.Nanosecond)
	if got, want := c.Now(), want.Add(90*time.Second+time.Microsecond); got != want {
		t.Errorf("after Advance: %v, want %v", got, want)
	}
	c.Set(start.Add(-time.Hour))
	if got, want := c.Now(), want.Add(-time.Hour); got != want {
		t.Errorf("after Set: %v, want %v", got, want)
	}
}

func TestManualLosesNoStepUnderConcurrentUse(t *testing.T) {
	c := clock.NewManual(start)
	before := c.Now()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				c.Advance(time.Second)
			}
		})
	}
	wg.Wait()
	if got, want := c.Now().Sub(before), 4000*time.Second; got != want {
		t.Errorf("moved by %v, want %v", got, want)
	}
}

var (
	_ clock.Clock = clock.System()
	_ clock.Clock = (*clock.Manual)(nil)
)
