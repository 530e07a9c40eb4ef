package authn

import (
	"context"
	"encoding/hex"

	"soapstone/internal/authn/q"
	"soapstone/internal/db"
	"soapstone/internal/id"
)

const (
	recoveryCodes  = 10
	recoveryGroups = 4
	recoverySize   = 4 // characters a group: 80 bits in all
)

// newRecoveryCodes replaces a person's recovery codes inside a transaction.
// codes are made before it, since it may run twice.
func (s *Service) putRecoveryCodes(ctx context.Context, tx *db.Tx, p id.Practice, u id.User, codes []string) error {
	queries := q.New(tx)
	if err := queries.DeleteRecoveryCodes(ctx, q.DeleteRecoveryCodesParams{PracticeID: p, UserID: u}); err != nil {
		return err
	}
	for _, c := range codes {
		if err := queries.InsertRecoveryCode(ctx, q.InsertRecoveryCodeParams{
			PracticeID: p, UserID: u, CodeHash: s.recoveryHash(p, u, c), CreatedAt: tx.Now,
		}); err != nil {
			return err
		}
	}
	return nil
}

func makeRecoveryCodes() []string {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = newCode(recoveryGroups, recoverySize)
	}
	return codes
}

// recoveryHash is what is stored of a code. It is keyed, so that a copy of the
// database alone does not even allow guessing.
func (s *Service) recoveryHash(p id.Practice, u id.User, code string) string {
	sum := s.codeKey.MAC(p[:], u[:], []byte(normalCode(code, recoveryGroups*recoverySize)))
	return hex.EncodeToString(sum[:])
}

// useRecoveryCode reports whether code is one of the person's unused recovery
// codes, and marks it as used.
func (s *Service) useRecoveryCode(ctx context.Context, tx *db.Tx, p person, code string) (bool, error) {
	if normalCode(code, recoveryGroups*recoverySize) == "" {
		return false, nil
	}
	n, err := q.New(tx).UseRecoveryCode(ctx, q.UseRecoveryCodeParams{
		PracticeID: p.practice, UserID: p.user, CodeHash: s.recoveryHash(p.practice, p.user, code), UsedAt: tx.Now,
	})
	return n == 1, err
}
