package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations gives the migration files in the spelling of engine e.
func Migrations(e Engine) (fs.FS, error) {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil || e == Postgres {
		return sub, err
	}
	derived := fstest.MapFS{}
	names, err := fs.Glob(sub, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := fs.ReadFile(sub, name)
		if err != nil {
			return nil, err
		}
		derived[name] = &fstest.MapFile{Data: []byte(sqliteDDL(string(b)))}
	}
	return derived, nil
}

func (d *DB) provider() (*goose.Provider, error) {
	files, err := Migrations(d.engine)
	if err != nil {
		return nil, err
	}
	opts := []goose.ProviderOption{
		goose.WithDisableGlobalRegistry(true),
		goose.WithTableName("schema_version"),
		goose.WithSlog(slog.New(slog.DiscardHandler)),
	}
	if d.engine == SQLite {
		return goose.NewProvider(goose.DialectSQLite3, d.lite.pool, files, opts...)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, d.pg.pool, files, append(opts, goose.WithSessionLocker(locker))...)
}

// migrate brings the schema to the newest version. It refuses one that is
// newer than this program: an old program would write rows that lack meaning.
func (d *DB) migrate(ctx context.Context, before func(context.Context, *DB, int64) error) error {
	p, err := d.provider()
	if err != nil {
		return fmt.Errorf("db.migrate: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("db.migrate: %w", err)
	}
	if current > target {
		return fmt.Errorf("db: this data was written by a newer version of the program (schema %d, this program knows %d); install that version or newer", current, target)
	}
	if current == target {
		return nil
	}
	if current > 0 && before != nil {
		if err := before(ctx, d, current); err != nil {
			return fmt.Errorf("db.migrate: snapshot before migrating: %w", err)
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("db.migrate: %w", err)
	}
	if d.engine == SQLite {
		return d.lite.writeStatistics(ctx)
	}
	return nil
}

// SchemaVersion is the number of the last migration applied.
func (d *DB) SchemaVersion(ctx context.Context) (int64, error) {
	p, err := d.provider()
	if err != nil {
		return 0, err
	}
	return p.GetDBVersion(ctx)
}
