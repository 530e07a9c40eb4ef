package inbox

import (
	"context"

	"soapstone/internal/authz"
)

// Invent takes invented papers into a demonstration's inbox. names are the file
// names to give them, such as one with a patient's name and birth date; data is
// a PDF or picture, of which each paper gets a copy of its own.
func (s *Service) Invent(ctx context.Context, data []byte, names ...string) error {
	if _, err := authz.Require(ctx, authz.InboxWrite); err != nil {
		return err
	}
	for _, n := range names {
		// What follows the end of a PDF or picture is not shown; it makes the bytes differ.
		own := append(append([]byte(nil), data...), "\n%"+n+"\n"...)
		if _, err := s.Receive(ctx, Incoming{Name: n, Data: own, Source: Uploaded}); err != nil {
			return err
		}
	}
	return nil
}
