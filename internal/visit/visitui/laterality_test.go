package visitui_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

// visitOf is the visit whose note a path is.
func visitOf(t *testing.T, at string) id.Visit {
	t.Helper()
	v, err := id.Parse[id.Visit](strings.Split(at, "/")[2])
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var drawnMark = regexp.MustCompile(`<use href="#mk-(\w+)" class="mk [^"]*" transform="translate\(([\d.]+) (\d+)\)[^"]*" data-site="([a-z0-9-]+)"`)

// Each of the 156 sites is stored, drawn on the patient's own side of the
// picture, and named with it, on the page that writes the note and on the
// signed one. Seen from behind the patient's right is the viewer's right; seen
// from the front it is the viewer's left.
func TestEverySiteIsDrawnOnItsSide(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	sites := knowledge.Must().Sites()
	if len(sites) != 156 {
		t.Fatalf("%d sites, want 156", len(sites))
	}
	const perNote = 13
	for n := 0; n*perNote < len(sites); n++ {
		part := sites[n*perNote : min((n+1)*perNote, len(sites))]
		v := s.plan(today.AddDays(-1-n), 9*60)
		doc := s.signedWith(t, v, part)
		signed := s.get(path(v) + "/note/" + doc.String()).Body
		for _, site := range part {
			if !strings.Contains(signed, site.FullLabel()) {
				t.Errorf("%s: %q is not on the signed page", site.ID, site.FullLabel())
			}
			onItsSide(t, signed, site)
		}
	}
	// The editor draws one view at a time, so each site is looked at in its own.
	v := s.plan(today, 9*60)
	saved, err := s.visits.SaveNote(s.ctx, v.ID, visit.Save{Editor: "page-all0", Revision: 1, Draft: marked(sites[:note.MaxMarks])})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.visits.SaveNote(s.ctx, v.ID, visit.Save{Base: saved.Version, Editor: "page-all0", Revision: 2, Draft: marked(sites[len(sites)-note.MaxMarks:])}); err != nil {
		t.Fatal(err)
	}
	for _, view := range []knowledge.View{knowledge.ViewBack, knowledge.ViewFront} {
		page := s.get(path(v) + "/note?ui.zone=whole-body&ui.view=" + string(view)).Body
		left, right := "L", "R"
		if view == knowledge.ViewFront {
			left, right = "R", "L"
		}
		if !strings.Contains(page, `<span class="side-letter left" aria-hidden="true">`+left+`<`) || !strings.Contains(page, `<span class="side-letter right" aria-hidden="true">`+right+`<`) {
			t.Errorf("%s: the letters are on the wrong side", view)
		}
		for _, site := range sites[len(sites)-note.MaxMarks:] {
			if site.View == view {
				onItsSide(t, page, site)
			}
		}
	}
}

// onItsSide fails unless the page draws a mark at the site, on the half of the
// picture where the patient's side is.
func onItsSide(t *testing.T, page string, site knowledge.Site) {
	t.Helper()
	for _, m := range drawnMark.FindAllStringSubmatch(page, -1) {
		x, _ := strconv.Atoi(m[2])
		if m[4] != site.ID {
			continue
		}
		if m[2] != strconv.Itoa(site.X) || m[3] != strconv.Itoa(site.Y) {
			t.Errorf("%s is drawn at %s, %s, its place is %d, %d", site.ID, m[2], m[3], site.X, site.Y)
		}
		viewersRight := x > knowledge.FigureCentre
		patientsRight := viewersRight == (site.View == knowledge.ViewBack)
		switch site.Side {
		case knowledge.SideRight:
			if x == knowledge.FigureCentre || !patientsRight {
				t.Errorf("%s is drawn at %d, on the left half of the patient", site.ID, x)
			}
		case knowledge.SideLeft:
			if x == knowledge.FigureCentre || patientsRight {
				t.Errorf("%s is drawn at %d, on the right half of the patient", site.ID, x)
			}
		default:
			if x != knowledge.FigureCentre {
				t.Errorf("%s is drawn at %d, off the midline", site.ID, x)
			}
		}
		return
	}
	t.Errorf("%s is not drawn", site.ID)
}

func marked(sites []knowledge.Site) note.Draft {
	var d note.Draft
	for _, site := range sites {
		d.Marks = append(d.Marks, note.Mark{Site: site.ID, Type: note.Pain, Provenance: note.New})
	}
	return d
}

func (s *site) signedWith(t *testing.T, v visit.Visit, sites []knowledge.Site) id.Document {
	t.Helper()
	d := marked(sites)
	d.Subjective = note.Subjective{PainNow: note.Ptr(1), SinceLast: note.SinceSame}
	d.Interventions = []note.Intervention{{Technique: "swedish", Region: "neck-shoulders", Minutes: note.Ptr(20), Provenance: note.New}}
	d.Response.Level, d.Start, d.Stop = note.ResponseSame, "09:00", "09:30"
	saved, err := s.visits.SaveNote(s.ctx, v.ID, visit.Save{Editor: fmt.Sprintf("page-%s", v.ID.String()[:8]), Revision: 1, Draft: d})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := s.visits.Sign(s.ctx, v.ID, saved.Version)
	if err != nil {
		t.Fatal(err)
	}
	return doc.ID
}
