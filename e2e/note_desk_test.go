package e2e

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"soapstone/internal/app"
	"soapstone/internal/config"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/visit/note"
	"soapstone/internal/web/webtest"
)

// desk is a therapist at a browser before a server that can be killed, with a
// visit of today whose note is to be written.
type desk struct {
	t        *testing.T
	place    config.Place
	practice id.Practice
	visit    string
	server   *process
	home     *webtest.Tab // the first tab, on Today: it keeps the browser alive
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	needBrowser(t)
	d := &desk{t: t}
	d.place, d.practice = demoPlace(t)
	at(t, d.place, func(a *app.App) { d.visit = planToday(t, a, d.practice) })
	d.server = startServer(t, d.place, "")
	d.home = webtest.Open(t, "http://"+d.server.addr)
	signIn(d.home)
	return d
}

func signIn(tab *webtest.Tab) {
	tab.T.Helper()
	tab.Go("/sign-in")
	tab.Click("Maya Brandt")
	tab.See("Today")
}

// path is the address of the note.
func (d *desk) path() string { return "/visits/" + d.visit + "/note" }

// open opens the note in a tab of its own, and waits until it can be opened
// again without the server.
func (d *desk) open() (tab *webtest.Tab, shut func()) {
	d.t.Helper()
	tab, shut = d.home.Beside()
	tab.Go(d.path())
	noteReady(tab)
	guarded(tab)
	return tab, shut
}

func (d *desk) kill() { d.server.kill() }

func (d *desk) revive() { d.server = startServer(d.t, d.place, d.server.addr) }

// guarded waits until the browser keeps what the note needs without the server.
func guarded(tab *webtest.Tab) {
	tab.T.Helper()
	tab.Becomes(`document.getElementById("note").dataset.kept !== undefined`)
}

// sent waits until the server has everything.
func sent(tab *webtest.Tab) {
	tab.T.Helper()
	tab.Becomes(`document.getElementById("note").dataset.unsent === undefined && /^Saved \d\d:\d\d:\d\d$/.test(document.getElementById("note-status").textContent)`)
}

// kept waits until the page says that the browser has everything.
func kept(tab *webtest.Tab) {
	tab.T.Helper()
	tab.Becomes(`/on this tablet/.test(document.getElementById("note-status").textContent)`)
}

// draft reads the stored draft of a visit and how often it was changed, from
// the data folder of a server that is not running.
func (d *desk) draft() (out note.Draft, version int) {
	d.t.Helper()
	at(d.t, d.place, func(a *app.App) { out, version = draftOf(d.t, a, d.practice, d.visit) })
	return out, version
}

func draftOf(t *testing.T, a *app.App, practice id.Practice, visit string) (out note.Draft, version int) {
	t.Helper()
	var body string
	err := a.DB().Read(t.Context(), practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT body, version FROM note WHERE practice_id = $1 AND visit_id = $2`, practice, visit).Scan(&body, &version)
	})
	if err == sql.ErrNoRows {
		return note.Draft{}, 0
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err = note.Decode([]byte(body)); err != nil {
		t.Fatal(err)
	}
	return out, version
}

// remains is what a page finds that the browser keeps for this site.
type remains struct {
	Databases, Caches, Storage []string
}

// look lists what the browser keeps: databases, the text of every cached answer,
// the other stores. The tab must be on a page of the site.
func look(tab *webtest.Tab) (r remains) {
	tab.T.Helper()
	text := webtest.Eval[string](tab, `(async () => {
		const out = {Databases: (await indexedDB.databases()).map((d) => d.name), Caches: [], Storage: [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})]};
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) out.Caches.push(request.url + " " + await (await cache.match(request)).text());
		}
		return JSON.stringify(out);
	})()`)
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		tab.T.Fatal(err)
	}
	return r
}

// profiles are the folders in which this test's browsers keep things.
func profiles(t *testing.T) (out []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(filepath.Dir(t.TempDir()), "*", "Local State"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no profile of a browser: %v", err)
	}
	for _, f := range all {
		out = append(out, filepath.Dir(f))
	}
	return out
}

// grepProfile searches the folder of a browser that has ended.
func grepProfile(t *testing.T) {
	t.Helper()
	searched := 0
	for _, dir := range profiles(t) {
		for _, f := range files(t, dir) {
			b, err := os.ReadFile(f)
			if os.IsNotExist(err) {
				continue // the browser put its things in order meanwhile
			}
			if err != nil {
				t.Fatal(err)
			}
			searched += len(b)
			grep(t, strings.TrimPrefix(f, dir), b)
		}
	}
	if searched < 1<<16 {
		t.Errorf("only %d bytes were searched", searched)
	}
}
