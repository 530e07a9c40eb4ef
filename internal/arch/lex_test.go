package arch_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sqlToken is a word, a literal or a sign of SQL. Words are in upper case for
// comparing; text keeps what was written.
type sqlToken struct {
	word string // upper case; "" for literals and signs
	text string
	line int
}

// statement is one SQL statement with the comment lines directly above it.
type statement struct {
	notes  []string // without "--"
	tokens []sqlToken
	text   string
}

func (s statement) line() int { return s.tokens[0].line }

var lexeme = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"[^"]*"|@?[A-Za-z_][A-Za-z0-9_]*|\d+|\s+|.`)

// statements cuts SQL at its semicolons. A blank line ends the notes of a
// statement: only what stands directly above it belongs to it.
func statements(sql string) []statement {
	var out []statement
	var cur statement
	line, start := 1, 0
	for _, at := range lexeme.FindAllStringIndex(sql, -1) {
		s := sql[at[0]:at[1]]
		switch {
		case strings.HasPrefix(s, "--"):
			if len(cur.tokens) == 0 {
				cur.notes = append(cur.notes, strings.TrimSpace(s[2:]))
			}
		case strings.HasPrefix(s, "/*"):
		case strings.TrimSpace(s) == "":
			if len(cur.tokens) == 0 && strings.Count(s, "\n") > 1 {
				cur.notes = nil
			}
		case s == ";":
			if len(cur.tokens) > 0 {
				cur.text = sql[start:at[1]]
				out = append(out, cur)
			}
			cur = statement{}
		default:
			if len(cur.tokens) == 0 {
				start = at[0]
			}
			cur.tokens = append(cur.tokens, lexed(s, line))
		}
		line += strings.Count(s, "\n")
	}
	if len(cur.tokens) > 0 {
		cur.text = sql[start:]
		out = append(out, cur)
	}
	return out
}

func lexed(s string, line int) sqlToken {
	t := sqlToken{text: s, line: line}
	switch c := s[0]; {
	case c == '"':
		t.text = strings.Trim(s, `"`)
		t.word = strings.ToUpper(t.text)
	case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		t.word = strings.ToUpper(s)
	}
	return t
}

// list reads "(a, b DESC, c)" from i on and gives the first word of each item
// and the index after the closing bracket.
func list(ts []sqlToken, i int) (names []string, next int) {
	if i >= len(ts) || ts[i].text != "(" {
		return nil, i
	}
	depth, first := 0, true
	for ; i < len(ts); i++ {
		switch ts[i].text {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return names, i + 1
			}
		case ",":
			first = first || depth == 1
		default:
			if first && depth == 1 {
				names = append(names, ts[i].text)
				first = false
			}
		}
	}
	return names, i
}

// is reports whether the words stand at i.
func is(ts []sqlToken, i int, words ...string) bool {
	if i < 0 || i+len(words) > len(ts) {
		return false
	}
	for j, w := range words {
		if ts[i+j].word != w {
			return false
		}
	}
	return true
}

func TestStatementsAreCutAtTheirSemicolons(t *testing.T) {
	got := statements("-- far\n\n-- name: A :one\nSELECT 'a;''b' -- x;y\nFROM t /* ; */;\n\n-- name: B :exec\nDELETE FROM \"t\"")
	if len(got) != 2 {
		t.Fatalf("%d statements, want 2", len(got))
	}
	if !slices.Equal(got[0].notes, []string{"name: A :one"}) || got[0].line() != 4 {
		t.Errorf("first: notes %q, line %d", got[0].notes, got[0].line())
	}
	var texts []string
	for _, tok := range got[0].tokens {
		texts = append(texts, tok.text)
	}
	if want := []string{"SELECT", "'a;''b'", "FROM", "t"}; !slices.Equal(texts, want) {
		t.Errorf("tokens %q, want %q", texts, want)
	}
	if got[1].tokens[2].word != "T" || got[1].line() != 8 {
		t.Errorf("second: %v", got[1].tokens)
	}
	if names, next := list(statements("(a, lower(b), c DESC) x")[0].tokens, 0); !slices.Equal(names, []string{"a", "lower", "c"}) || next != 11 {
		t.Errorf("list = %q, %d", names, next)
	}
}
