package app

import (
	"fmt"
	"os"
	"runtime/debug"

	"soapstone/internal/config"
	"soapstone/internal/errs"
	"soapstone/internal/seal"
)

type serveCmd struct {
	dataFlags
	Addr  string `help:"Address for browsers on this computer. Other devices connect with TLS, see Settings, Connection." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Inbox string `help:"Folder that a scanner or fax machine puts files into. They are taken into the inbox and removed from the folder." type:"existingdir" env:"SOAPSTONE_INBOX" placeholder:"DIR"`
	Dev   bool   `help:"Add /ui, the page that shows every component." hidden:""`
}

// Help is the verb's example.
func (serveCmd) Help() string {
	return "Examples:\n  soapstone serve --data clinic\n  soapstone serve --data clinic --database postgres://soapstone@/soapstone"
}

func (c serveCmd) Run(r *run) error {
	place, err := c.place()
	if err != nil {
		return err
	}
	if _, err := os.Stat(demoMark(place)); err == nil {
		return fmt.Errorf("%s holds a demonstration. Start it with: soapstone demo --data %s", place.Dir, place.Dir)
	}
	a, err := Open(r.ctx, Config{Place: place, Database: c.Database, Addr: c.Addr, Inbox: c.Inbox, Dev: c.Dev, Log: r.logger(false), Out: r.out})
	if err != nil {
		return err
	}
	return a.Serve(r.ctx, nil)
}

// Version is the program's version with the commit it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version, commit := info.Main.Version, ""
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			commit = " " + s.Value[:12]
		}
	}
	if version == "" || version == "(devel)" {
		version = "0.1.0-dev"
	}
	return version + commit
}

// restoreKey writes the key of a recovery sheet to its place.
func restoreKey(place config.Place, sheet string) error {
	k, err := seal.ParseRecovery(sheet)
	if err != nil {
		return err
	}
	if _, err := os.Stat(place.KeyPath); err == nil {
		return errs.New(errs.Conflict, "There is a key file at "+place.KeyPath+" already. Move it away first if it is the wrong one.")
	}
	return seal.SaveKeyFile(place.KeyPath, k)
}
