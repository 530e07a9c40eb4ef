package consent

import "soapstone/internal/civil"

// Publish adds a version of a text, as an update of the program would.
func (s *Service) Publish(key, version string, effective civil.Date, changes string) {
	t, _ := s.text(key, fallback, civil.Date{})
	t.Version, t.Effective, t.Changes, t.SHA256 = version, effective, changes, "hash of version "+version
	s.texts = append(s.texts, t)
}
