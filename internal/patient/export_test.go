package patient

import (
	"context"

	"soapstone/internal/db"
	"soapstone/internal/id"
)

// InsertForTest writes one record without looking for duplicates.
func InsertForTest(ctx context.Context, tx *db.Tx, p id.Patient, d Demographics) error {
	_, err := insert(ctx, tx, id.User{}, p, d)
	return err
}

// FindForTest is the database's part of a search; it gives the number of rows.
func FindForTest(ctx context.Context, tx *db.Tx, spans []Span) (int, error) {
	hits, err := find(ctx, tx, spans, maxFound+1)
	return len(hits), err
}
