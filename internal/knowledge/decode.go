package knowledge

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"soapstone/internal/civil"
)

// ReviewState says whether a licensed clinician has read and approved a text.
type ReviewState string

// The two states. Nothing in between: half a review is none.
const (
	Unreviewed ReviewState = "unreviewed"
	Reviewed   ReviewState = "reviewed"
)

// Review is who approved an entry and when; By and On are empty while the
// state is Unreviewed.
type Review struct {
	State ReviewState `json:"state"`
	By    string      `json:"by,omitempty"`
	On    civil.Date  `json:"on,omitzero"`
}

// Done reports whether a licensed clinician has reviewed it.
func (r Review) Done() bool { return r.State == Reviewed }

// Label is the words shown beside the content.
func (r Review) Label() string {
	if r.Done() {
		return "Reviewed by " + r.By + ", " + r.On.Human()
	}
	return "Not yet reviewed by a licensed clinician"
}

func (r Review) check() error {
	switch r.State {
	case Unreviewed:
		if r.By != "" || !r.On.IsZero() {
			return errors.New("review: unreviewed, yet a reviewer or date is given")
		}
	case Reviewed:
		if r.By == "" || r.On.IsZero() {
			return errors.New("review: reviewed needs by and on")
		}
	default:
		return fmt.Errorf("review: state %q is neither %q nor %q", r.State, Unreviewed, Reviewed)
	}
	return nil
}

// Meta is the heading every data file carries.
type Meta struct {
	File    string     `json:"-"`       // path below data/
	SHA256  string     `json:"-"`       // of the file's text, hex
	Schema  string     `json:"schema"`  // for instance "soapstone/rules/1"
	Version string     `json:"version"` // of the content; changes with every edit
	Source  string     `json:"source"`  // where the content comes from
	Date    civil.Date `json:"date"`    // of the content's last edit
	Review  Review     `json:"review"`
	Notes   []string   `json:"notes,omitempty"` // what a reader or reviewer should know
}

func (m Meta) meta() Meta { return m }

func (m *Meta) finish(file, schema string, b []byte) error {
	sum := sha256.Sum256(b)
	m.File, m.SHA256 = file, hex.EncodeToString(sum[:])
	switch {
	case m.Schema != schema:
		return fmt.Errorf("schema is %q, want %q", m.Schema, schema)
	case m.Version == "":
		return errors.New("version is missing")
	case m.Source == "":
		return errors.New("source is missing")
	case m.Date.IsZero():
		return errors.New("date is missing")
	}
	return m.Review.check()
}

// failure gives errors of one file the same shape: file, entry, cause.
func failure(file, entry string, err error) error {
	if entry == "" {
		return fmt.Errorf("knowledge: %s: %w", file, err)
	}
	return fmt.Errorf("knowledge: %s: %s: %w", file, entry, err)
}

// decode reads strict JSON: valid UTF-8, one value, no unknown field, and no
// field twice, since encoding/json would silently keep the last one.
func decode(file string, b []byte, into any) error {
	if !utf8.Valid(b) {
		return failure(file, "", errors.New("not UTF-8"))
	}
	if err := noDuplicates(b); err != nil {
		return failure(file, "", err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return failure(file, "", err)
	}
	return nil
}

// noDuplicates walks the tokens; nesting is limited by what encoding/json takes.
func noDuplicates(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := walkValue(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// maxDepth is far above what any data file needs.
const maxDepth = 32

func walkValue(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deep")
	}
	t, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			k, err := d.Token()
			if err != nil {
				return err
			}
			// Field names are matched without regard to case when decoded.
			name := strings.ToLower(fmt.Sprint(k))
			if seen[name] {
				return fmt.Errorf("field %q appears twice", k)
			}
			seen[name] = true
		}
		if err := walkValue(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

var slugShape = regexp.MustCompile(`^[a-z0-9]+([-._][a-z0-9]+)*$`)

// unique checks ids of entries: lower-case slugs, none twice.
func unique[T any](file, kind string, entries []T, idOf func(T) string) error {
	seen := map[string]bool{}
	for i, e := range entries {
		id := idOf(e)
		if !slugShape.MatchString(id) {
			return failure(file, fmt.Sprintf("%s %d", kind, i+1), fmt.Errorf("id %q is not a lower-case slug", id))
		}
		if seen[id] {
			return failure(file, kind+" "+id, errors.New("id appears twice"))
		}
		seen[id] = true
	}
	return nil
}

// required names the first empty field of pairs (name, value).
func required(pairs ...string) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.TrimSpace(pairs[i+1]) == "" {
			return fmt.Errorf("%s is missing", pairs[i])
		}
	}
	return nil
}
