package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"soapstone/internal/clock"
)

const (
	// savers are how many people save at once.
	savers = 8
	// soLong is how long each of the two rates is measured.
	soLong = 5 * time.Second
)

// durable compares how many notes are saved in a second, each on the disk
// before it is acknowledged, with how often the same disk writes a page durably.
func durable(ctx context.Context, c *http.Client, save page, dir string, out io.Writer) error {
	disk, err := diskRate(dir)
	if err != nil {
		return err
	}
	for _, people := range []int{1, savers} {
		saves, err := saveRate(ctx, c, save, people)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "saves of notes, %d at once: %.0f/s; the disk alone writes and syncs %.0f pages/s: %.2f×\n", people, saves, disk, saves/disk)
	}
	return nil
}

// diskRate is how often a second a page is written and synced at the end of a file.
func diskRate(dir string) (float64, error) {
	f, err := os.Create(filepath.Join(dir, "sync-rate"))
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	wall := clock.System()
	page := make([]byte, 4096)
	n, begin := 0, wall.Now()
	for wall.Now().Sub(begin) < soLong {
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := syncData(f); err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / wall.Now().Sub(begin).Seconds(), nil
}

// saveRate is how many notes people save in a second, each again as soon as the
// last save was acknowledged. Each has notes of their own.
func saveRate(ctx context.Context, c *http.Client, save page, people int) (float64, error) {
	wall := clock.System()
	var next, done atomic.Int64
	next.Store(1_000_000) // far from the revisions of other measurements
	var once sync.Once
	var failed error
	var wg sync.WaitGroup
	begin := wall.Now()
	for range people {
		wg.Go(func() {
			for wall.Now().Sub(begin) < soLong && ctx.Err() == nil {
				if _, err := one(c, save, int(next.Add(1))); err != nil {
					once.Do(func() { failed = err })
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / wall.Now().Sub(begin).Seconds(), failed
}
