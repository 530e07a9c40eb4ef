// Package blob keeps files (scans, photographs, made PDFs) in the database, so
// that one backup holds all of a practice. Each file is encrypted on its own,
// and its name, type, size, hash, owner and time are bound to the bytes: none
// can be exchanged unnoticed.
//
// It refuses files over MaxSize and empty ones, and has no statement that
// changes or removes a file. Whether the content is what its type says is the
// caller's decision, made before Put.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/blob/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

const (
	// MaxSize is the largest file, in bytes.
	MaxSize = 20 << 20

	maxName = 120 // characters
	maxType = 100

	// AuditAction is the action of the audit entry that anchors a file: its
	// subject is the file's id, its detail ends in the hash.
	AuditAction = "file.add"
)

// File is a stored file.
type File struct {
	ID          id.Blob
	Name        string // as shown and downloaded; never a path
	ContentType string // "application/pdf"
	Bytes       []byte
	SHA256      string // of Bytes, 64 hexadecimal digits
	CreatedBy   id.User
	CreatedAt   db.Time
}

// Info is what is known of a file without opening it. It is not authenticated:
// only Get proves it.
type Info struct {
	ID          id.Blob
	Name        string
	ContentType string
	Size        int64 // bytes
	SHA256      string
	CreatedBy   id.User
	CreatedAt   db.Time
}

// Store puts and gets files.
type Store struct {
	db  *db.DB
	key seal.Key
}

// New makes the store. master is the installation's key; the store derives its
// own from it, and from that one per practice.
func New(d *db.DB, master seal.Key) *Store {
	return &Store{db: d, key: master.Derive("blob")}
}

// Put seals a file inside the caller's Write and gives its identifier. ID,
// SHA256, CreatedBy and CreatedAt of f are not read. It records the audit entry
// that anchors the file. Errors: TooLarge over MaxSize, Invalid when empty.
func (s *Store) Put(ctx context.Context, tx *db.Tx, f File) (id.Blob, error) {
	switch {
	case len(f.Bytes) > MaxSize:
		return id.Blob{}, errs.New(errs.TooLarge, "This file is over 20 MB. Choose a smaller one, or scan it with a lower resolution.")
	case len(f.Bytes) == 0:
		return id.Blob{}, errs.New(errs.Invalid, "This file is empty. Choose another one.")
	}
	a, _ := authz.From(ctx)
	sum := sha256.Sum256(f.Bytes)
	row := q.Blob{
		PracticeID: tx.Practice, BlobID: id.New[id.Blob](), Name: CleanName(f.Name), ContentType: cleanType(f.ContentType),
		Size: int64(len(f.Bytes)), Sha256: hex.EncodeToString(sum[:]), CreatedBy: a.User, CreatedAt: tx.Now,
	}
	row.Sealed = s.keyOf(tx.Practice).Seal(f.Bytes, bound(row))
	if err := q.New(tx).Insert(ctx, q.InsertParams(row)); err != nil {
		return id.Blob{}, err
	}
	return row.BlobID, tx.Audit(ctx, db.Event{
		Action: AuditAction, Kind: "blob", Subject: row.BlobID.String(), Detail: fmt.Sprintf("%d bytes %s", row.Size, row.Sha256),
	})
}

// Get opens a file of the transaction's practice: NotFound when there is none,
// Internal when its bytes or its description were altered.
func (s *Store) Get(ctx context.Context, tx *db.Tx, b id.Blob) (File, error) {
	row, err := q.New(tx).Get(ctx, q.GetParams{PracticeID: tx.Practice, BlobID: b})
	if err != nil {
		return File{}, db.Found(err, "This file does not exist, or is not in your practice.")
	}
	plain, err := s.open(row)
	if err != nil {
		return File{}, fmt.Errorf("blob.Get %s: %w", b, err)
	}
	return File{ID: b, Name: row.Name, ContentType: row.ContentType, Bytes: plain, SHA256: row.Sha256,
		CreatedBy: row.CreatedBy, CreatedAt: row.CreatedAt}, nil
}

// Info describes a file without opening it, for lists; NotFound when there is none.
func (s *Store) Info(ctx context.Context, tx *db.Tx, b id.Blob) (Info, error) {
	row, err := q.New(tx).Info(ctx, q.InfoParams{PracticeID: tx.Practice, BlobID: b})
	if err != nil {
		return Info{}, db.Found(err, "This file does not exist, or is not in your practice.")
	}
	return Info{ID: b, Name: row.Name, ContentType: row.ContentType, Size: row.Size, SHA256: row.Sha256,
		CreatedBy: row.CreatedBy, CreatedAt: row.CreatedAt}, nil
}

func (s *Store) keyOf(p id.Practice) seal.Key { return s.key.Derive("practice " + p.String()) }

func (s *Store) open(row q.Blob) ([]byte, error) {
	plain, err := s.keyOf(row.PracticeID).Open(row.Sealed, bound(row))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(plain); hex.EncodeToString(sum[:]) != row.Sha256 {
		return nil, fmt.Errorf("the bytes do not have the recorded hash")
	}
	return plain, nil
}

// bound is the additional data of the encryption: every other column, each
// preceded by its length.
func bound(r q.Blob) []byte {
	at, _ := r.CreatedAt.Value()
	when, _ := at.(string)
	var b []byte
	for _, f := range []string{"soapstone blob 1", r.PracticeID.String(), r.BlobID.String(), r.Name, r.ContentType,
		fmt.Sprint(r.Size), r.Sha256, r.CreatedBy.String(), when} {
		b = fmt.Appendf(b, "%d:%s", len(f), f)
	}
	return b
}

// CleanName makes a file name fit to be shown and downloaded: the last part of
// any path, without control characters and characters that a file system or a
// header reads as something else, at most 120 characters, the ending kept. It
// gives "file" when nothing is left.
func CleanName(s string) string {
	s = strings.ToValidUTF8(s, "")
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		// Cf holds the marks that reverse the reading order and hide an ending.
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`"<>:|?*;%`, r):
			return -1
		}
		return r
	}, s)
	s = strings.Trim(s, " .")
	if n := utf8.RuneCountInString(s); n > maxName {
		r := []rune(s)
		end := []rune{}
		if i := strings.LastIndexByte(s, '.'); i >= 0 && utf8.RuneCountInString(s[i:]) <= 10 {
			end = []rune(s[i:])
		}
		s = strings.TrimRight(string(r[:maxName-len(end)]), " .") + string(end)
	}
	if s == "" {
		return "file"
	}
	return s
}

// cleanType keeps a media type without parameters, and calls anything else
// what a browser will only download.
func cleanType(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(s), ";")
	s = strings.TrimSpace(s)
	major, minor, ok := strings.Cut(s, "/")
	if !ok || major == "" || minor == "" || len(s) > maxType || strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("/+.-", r))
	}) {
		return "application/octet-stream"
	}
	return s
}
