package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"soapstone/internal/backup"
)

const (
	snapshotEvery = 24 * time.Hour
	snapshotsKept = 14
)

// snapshots keeps a daily snapshot in the data folder, each proved by
// restoring it, and removes those beyond the newest fourteen. They save from a
// slip and a broken file; a copy elsewhere saves from a lost computer.
func (a *App) snapshots(ctx context.Context) {
	t := time.NewTicker(15 * time.Minute)
	defer t.Stop()
	for {
		if err := a.snapshotIfDue(ctx); err != nil && ctx.Err() == nil {
			a.cfg.Log.Error("the daily snapshot failed; look for a full disk, then run soapstone backup", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func (a *App) snapshotIfDue(ctx context.Context) error {
	empty, err := a.authn.NeedsSetup(ctx)
	if err != nil || empty {
		return err
	}
	dir := a.cfg.Place.Backups()
	found, err := backup.List(dir)
	if err != nil {
		return err
	}
	now := a.cfg.Clock.Now()
	if len(found) > 0 && now.Sub(found[0].At) < snapshotEvery {
		return nil
	}
	if err := a.log.SealAll(ctx); err != nil {
		return err
	}
	if _, err := backup.Snapshot(ctx, a.db, a.key, filepath.Join(dir, backup.Name(now))); err != nil {
		return err
	}
	for i, f := range found {
		// What was taken by hand or before a migration is the owner's to remove.
		if i >= snapshotsKept-1 && strings.HasPrefix(filepath.Base(f.Path), "soapstone-") {
			err = errors.Join(err, os.Remove(f.Path))
		}
	}
	return err
}
