package knowledge_test

import (
	"testing"

	"soapstone/internal/knowledge"
)

// A side that was typed is never answered with the other side first.
func TestFindSitesKeepsTheSideThatWasTyped(t *testing.T) {
	k := knowledge.Must()
	for query, want := range map[string]string{"lev l": "levator-l", "lev r": "levator-r", "levator left": "levator-l", "ut r": "trap-upper-r", "ut l": "trap-upper-l"} {
		got := k.FindSites(query, 5)
		if len(got) == 0 || got[0].ID != want {
			t.Errorf("%q finds %v first, want %s", query, got, want)
		}
	}
	for _, s := range k.Sites() {
		if s.Side == knowledge.Midline {
			continue
		}
		query := s.Label + " " + map[knowledge.Side]string{knowledge.SideLeft: "left", knowledge.SideRight: "right"}[s.Side]
		got := k.FindSites(query, 1)
		if len(got) == 0 || got[0].Side != s.Side {
			t.Errorf("%q finds %v", query, got)
		}
	}
}
