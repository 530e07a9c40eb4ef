package knowledge_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"soapstone/internal/knowledge"
)

func load(t testing.TB) *knowledge.Set {
	t.Helper()
	k, err := knowledge.Load()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, ok := load(t).Raw(path)
	if !ok {
		t.Fatalf("%s is not embedded", path)
	}
	return b
}

func TestLoadParsesOnce(t *testing.T) {
	a, err := knowledge.Load()
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := knowledge.Load(); a != b {
		t.Error("Load gave two sets")
	}
	if knowledge.Must() != a {
		t.Error("Must gave another set")
	}
}

// TestEveryFileIsLabelled holds each heading to what people are told about it.
func TestEveryFileIsLabelled(t *testing.T) {
	files := load(t).Files()
	if len(files) < 16 {
		t.Errorf("only %d files", len(files))
	}
	for _, m := range files {
		if m.Schema == "" || m.Version == "" || m.Source == "" || m.Date.IsZero() || len(m.SHA256) != 64 {
			t.Errorf("%s: heading is not complete: %+v", m.File, m)
		}
		if m.Review.Done() {
			t.Errorf("%s: claims a review; name the clinician in this test when there is one", m.File)
		}
		if !strings.Contains(m.Review.Label(), "Not yet reviewed") {
			t.Errorf("%s: label %q", m.File, m.Review.Label())
		}
		if _, ok := load(t).Raw(m.File); !ok {
			t.Errorf("%s: text cannot be had", m.File)
		}
	}
}

// TestTextsReadWell lints every sentence people see.
func TestTextsReadWell(t *testing.T) {
	k := load(t)
	check := func(where, text string) {
		t.Helper()
		switch last := text[len(text)-1]; {
		case strings.TrimSpace(text) != text || strings.Contains(text, "  "):
			t.Errorf("%s: stray blanks in %q", where, text)
		case !strings.ContainsRune(".?!", rune(last)):
			t.Errorf("%s: no full stop: %q", where, text)
		case strings.ToUpper(text[:1]) != text[:1]:
			t.Errorf("%s: begins small: %q", where, text)
		}
	}
	for _, r := range k.Rules().Rules {
		check(r.ID+" why", r.Why)
		check(r.ID+" do", r.Do)
		check(r.ID+" source", r.Source)
		if len(r.Title) > 90 {
			t.Errorf("%s: title has %d characters, at most 90 fit an alert", r.ID, len(r.Title))
		}
	}
	for _, q := range k.Questions().Questions {
		check(q.Key, q.Text)
		if q.Help != "" {
			check(q.Key+" help", q.Help)
		}
	}
	for _, c := range k.Consents() {
		for _, p := range c.Paragraphs {
			check(c.ID, p)
		}
		check(c.ID, c.Statement)
	}
	for _, g := range k.Gentle().Entries {
		check(g.ID, g.Guidance)
	}
}

// copyOfData is the real data in a tree that a test may damage.
func copyOfData(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	root := os.DirFS("data")
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(root, p)
		out[p] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDamagedDataIsRefused(t *testing.T) {
	const rules, questions, sites = "safety/rules.json", "safety/questions.json", "body/sites.json"
	cases := []struct {
		name, file, old, new string
		want                 []string
	}{
		{"unknown field", rules, `"title": "Fever or infection"`, `"titel": "Fever or infection"`, []string{rules, "titel"}},
		{"field twice", rules, `"id": "AB02",`, `"id": "AB02", "id": "AB02",`, []string{rules, `"id" appears twice`}},
		{"field twice in another case", rules, `"id": "AB02",`, `"id": "AB02", "ID": "AB99",`, []string{rules, "appears twice"}},
		{"rule twice", rules, `"id": "AB02"`, `"id": "AB01"`, []string{rules, "AB01", "twice"}},
		{"wrong schema", rules, "soapstone/rules/1", "soapstone/rules/2", []string{rules, "schema"}},
		{"half a review", rules, `"state": "unreviewed"`, `"state": "reviewed"`, []string{rules, "needs by and on"}},
		{"reviewer without review", rules, `"state": "unreviewed"`, `"state": "unreviewed", "by": "Someone"`, []string{rules, "unreviewed"}},
		{"unknown level", rules, `"level": "emergency"`, `"level": "grave"`, []string{rules, "grave"}},
		{"condition of no question", rules, `"ans.fever"`, `"ans.feverish"`, []string{rules, "AB02", "ans.feverish"}},
		{"condition of no class", rules, `"med:anticoagulant"`, `"med:anticoagulants"`, []string{rules, "PR01", "no such class"}},
		{"compound condition", rules, `"ans.age>=50", "ans.new_temporal_headache"`, `"ans.age>=50 & ans.new_temporal_headache"`, []string{rules, "not a plain number"}},
		{"unknown definition", rules, `"icd7:fracture_active"`, `"icd7:fracture_acute"`, []string{rules, "LO04", "definition"}},
		{"unknown region", rules, `"regions": ["abdomen"]`, `"regions": ["belly"]`, []string{rules, "LO13", "belly"}},
		{"unknown tag", rules, `"avoid": ["friction"]`, `"avoid": ["rubbing"]`, []string{rules, "LO07", "rubbing"}},
		{"release above the level", rules, `"clear": {"by": "therapist", "after": "precaution"}`, `"clear": {"by": "therapist", "after": "absolute"}`, []string{rules, "LO03", "not below"}},
		{"unanswered questions forgotten", rules, `{"all": ["INCOMPLETE"]}`, `{"all": ["ans.minor"]}`, []string{rules, "unanswered questions"}},
		{"question for nothing", questions, `"ans.cast"`, `"ans.plaster"`, []string{rules, "LO04", "ans.cast"}},
		{"question without group", questions, `"group": "skin"`, `"group": "hide"`, []string{questions, "hide"}},
		{"number without limits", questions, `"min": 40,`, `"min": 400,`, []string{questions, "vital.sbp"}},
		{"site on the wrong side", sites, `"id": "suboccipitals-r", "label": "Suboccipitals", "view": "back", "side": "R", "x": 384`, `"id": "suboccipitals-r", "label": "Suboccipitals", "view": "back", "side": "R", "x": 340`, []string{sites, "suboccipitals-r", "other side"}},
		{"site without its pair", sites, `"side": "R", "x": 384, "y": 205`, `"side": "R", "x": 385, "y": 205`, []string{sites, "mirror"}},
		{"truncated", sites, "]\n}", "]", []string{sites}},
		{"something after the end", sites, "]\n}", "]\n}{}", []string{sites, "follows"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree := copyOfData(t)
			text := string(tree[c.file].Data)
			if !strings.Contains(text, c.old) {
				t.Fatalf("%s no longer holds %s", c.file, c.old)
			}
			tree[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.new, 1))}
			_, err := knowledge.LoadFS(tree)
			if err == nil {
				t.Fatal("was taken")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not name %q", err, w)
				}
			}
		})
	}
	t.Run("stray file", func(t *testing.T) {
		tree := copyOfData(t)
		tree["saftey/rules.json"] = &fstest.MapFile{Data: []byte("{}")}
		if _, err := knowledge.LoadFS(tree); err == nil || !strings.Contains(err.Error(), "saftey/rules.json") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("missing file", func(t *testing.T) {
		tree := copyOfData(t)
		delete(tree, rules)
		if _, err := knowledge.LoadFS(tree); err == nil || !strings.Contains(err.Error(), rules) {
			t.Errorf("got %v", err)
		}
	})
}
