package assessment

import (
	"fmt"

	"soapstone/internal/knowledge"
)

// Standing is how far a group of tests can be read.
type Standing string

// The standings.
const (
	Reached    Standing = "reached"     // enough tests are positive
	NotReached Standing = "not-reached" // enough are negative that it cannot be
	Undecided  Standing = "undecided"   // tests that would decide were not done
)

// ClusterReading is a group of tests as it stands on one side.
type ClusterReading struct {
	Cluster        knowledge.TestCluster
	Side           knowledge.Side
	Positive, Done int
	Standing       Standing
	Level          knowledge.TestLevel // the highest reached; the lowest otherwise
}

// ReadClusters reads the groups of tests of which something was done. A group
// is read once for each side on which one of its tests was done; tests without
// a side, and tests that count on one side only, count for both.
func ReadClusters(tests knowledge.SpecialTests, results []TestResult) []ClusterReading {
	c := Content{Tests: results}
	var out []ClusterReading
	for _, cl := range tests.Clusters {
		for _, side := range []knowledge.Side{knowledge.SideLeft, knowledge.SideRight} {
			if r, ok := readCluster(tests, cl, c, side); ok {
				out = append(out, r)
			}
		}
	}
	return out
}

func readCluster(tests knowledge.SpecialTests, cl knowledge.TestCluster, c Content, side knowledge.Side) (ClusterReading, bool) {
	r := ClusterReading{Cluster: cl, Side: side, Level: cl.Levels[0]}
	here := false
	for _, m := range cl.Members {
		t, _ := tests.Test(m.Test)
		at := m.Side
		if at == knowledge.Midline && t.BySide {
			at = side
		}
		res, ok := c.TestOf(m.Test, at)
		if !ok || res.Result == NotDone {
			continue
		}
		r.Done++
		here = here || (t.BySide && m.Side == knowledge.Midline)
		if res.Result == Positive {
			r.Positive++
		}
	}
	open := len(cl.Members) - r.Done
	switch {
	case r.Positive >= cl.Levels[0].Need:
		r.Standing = Reached
		for _, l := range cl.Levels {
			if r.Positive >= l.Need {
				r.Level = l
			}
		}
	case r.Positive+open < cl.Levels[0].Need:
		r.Standing = NotReached
	default:
		r.Standing = Undecided
	}
	return r, here
}

// Words is the group in a line.
func (r ClusterReading) Words() string {
	head := fmt.Sprintf("%s, %s: %d of %d positive", r.Cluster.Label, r.Side.Label(), r.Positive, len(r.Cluster.Members))
	switch r.Standing {
	case Reached:
		return head + ". " + consistent(r.Cluster.Target, r.Cluster.Refer)
	case NotReached:
		return head + ". Speaks against " + r.Cluster.Target + "."
	}
	return head + fmt.Sprintf(", %d not done. The group cannot be read.", len(r.Cluster.Members)-r.Done)
}

// Weight is the shift of the group's own likelihood ratio, in words.
func (r ClusterReading) Weight() string {
	positive, negative := r.Level.LRs()
	switch r.Standing {
	case Reached:
		return weight("LR+", positive, r.Level.Accuracy)
	case NotReached:
		return weight("LR−", negative, r.Level.Accuracy)
	}
	return ""
}

// consistent is the sentence about a positive result: a finding, no diagnosis.
func consistent(target string, refer bool) string {
	if refer {
		return "Finding consistent with " + target + ". Refer."
	}
	return "Finding consistent with " + target + "."
}

// TestWords is the result of a test in a sentence.
func TestWords(t knowledge.SpecialTest, r TestResult) string {
	head := t.Label
	if r.Side != knowledge.Midline {
		head += ", " + r.Side.Label()
	}
	switch r.Result {
	case Positive:
		return head + ": positive. " + consistent(t.Target, t.Refer)
	case Negative:
		return head + ": negative."
	}
	return head + ": not done."
}

// TestWeight is how far the result of a test alone shifts the judgement; "" where
// no figures are held or it was not done.
func TestWeight(t knowledge.SpecialTest, r Result) string {
	if len(t.Accuracy) == 0 {
		return ""
	}
	positive, negative := t.Accuracy[0].LRs()
	switch r {
	case Positive:
		return weight("LR+", positive, t.Accuracy[0])
	case Negative:
		return weight("LR−", negative, t.Accuracy[0])
	}
	return ""
}

func weight(name string, lr float64, a knowledge.Accuracy) string {
	s := knowledge.ShiftOf(lr)
	if s == knowledge.ShiftNone {
		return ""
	}
	out := fmt.Sprintf("%s %.2g, %s", name, lr, s)
	if !a.Verified {
		out += " (unverified)"
	}
	return out
}
