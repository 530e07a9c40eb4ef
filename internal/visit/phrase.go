package visit

import (
	"context"
	"fmt"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/q"
)

// Phrase is a piece of text that a dot and its name put into a note. "___" in it
// is a blank to be filled.
type Phrase struct {
	Name, Body string
	Shared     bool   // everybody in the practice may use it
	By         string // whose it is; "" for the actor's own
	Version    int64  // of the actor's own
}

// Phrases lists what the actor may use: their own, then what colleagues share.
// NoteWrite.
func (s *Service) Phrases(ctx context.Context) ([]Phrase, error) {
	a, err := authz.Require(ctx, authz.NoteWrite)
	if err != nil {
		return nil, err
	}
	var out []Phrase
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.phrases(ctx, tx, a.User)
		return err
	})
	return out, err
}

func (s *Service) phrases(ctx context.Context, tx *db.Tx, u id.User) ([]Phrase, error) {
	own, err := q.New(tx).ListPhrases(ctx, q.ListPhrasesParams{PracticeID: tx.Practice, UserID: u, Most: note.MaxPhrases})
	if err != nil {
		return nil, err
	}
	var out []Phrase
	for _, r := range own {
		out = append(out, Phrase{Name: r.Name, Body: r.Body, Shared: r.Shared, Version: r.Version})
	}
	shared, err := q.New(tx).ListSharedPhrases(ctx, q.ListSharedPhrasesParams{PracticeID: tx.Practice, UserID: u, Most: note.MaxPhrases})
	for _, r := range shared {
		out = append(out, Phrase{Name: r.Name, Body: r.Body, Shared: true, By: r.ByName})
	}
	return out, err
}

// SavePhrase keeps a phrase of the actor. Was is the name it had; "" for a new
// one. NoteWrite. Errors: Invalid with fields, Stale when it was changed or
// removed meanwhile, Conflict when there are too many.
func (s *Service) SavePhrase(ctx context.Context, was string, p Phrase) error {
	a, err := authz.Require(ctx, authz.NoteWrite)
	if err != nil {
		return err
	}
	p.Name, p.Body = note.PhraseName(p.Name), strings.TrimSpace(p.Body)
	if err := errs.OnFields(note.PhraseFaults(p.Name, p.Body)...); err != nil {
		return err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		own, err := q.New(tx).ListPhrases(ctx, q.ListPhrasesParams{PracticeID: tx.Practice, UserID: a.User, Most: note.MaxPhrases})
		if err != nil {
			return err
		}
		if was == "" {
			if len(own) >= note.MaxPhrases {
				return errs.New(errs.Conflict, fmt.Sprintf("You have %d phrases, which is the most. Remove one first.", note.MaxPhrases))
			}
			err = q.New(tx).InsertPhrase(ctx, q.InsertPhraseParams{PracticeID: tx.Practice, UserID: a.User, Name: p.Name, Body: p.Body, Shared: p.Shared, At: tx.Now})
		} else {
			err = db.OneRow(q.New(tx).UpdatePhrase(ctx, q.UpdatePhraseParams{Name: p.Name, Body: p.Body, Shared: p.Shared, UpdatedAt: tx.Now,
				PracticeID: tx.Practice, UserID: a.User, Was: was, Version: p.Version}))
		}
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "phrase.save", Kind: "phrase", Subject: p.Name})
	})
	if db.IsUnique(err) {
		return errs.OnField("name", "You have a phrase of this name. Choose another.")
	}
	return err
}

// RemovePhrase takes away a phrase of the actor. NoteWrite; Stale when it was
// changed or removed meanwhile.
func (s *Service) RemovePhrase(ctx context.Context, name string, version int64) error {
	a, err := authz.Require(ctx, authz.NoteWrite)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := db.OneRow(q.New(tx).DeletePhrase(ctx, q.DeletePhraseParams{PracticeID: tx.Practice, UserID: a.User, Name: name, Version: version})); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "phrase.remove", Kind: "phrase", Subject: name})
	})
}
