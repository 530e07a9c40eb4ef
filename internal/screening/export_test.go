package screening

// Reword has the questions asked in other words from now on, as an update of the
// program would; what they are does not matter.
func (s *Service) Reword(edition string) { s.edition = edition }
