package consent

// SetVersion changes the version of a text, as an update of the program would.
func (s *Service) SetVersion(key, version string) {
	for i := range s.texts {
		if s.texts[i].ID == key {
			s.texts[i].Version = version
		}
	}
}
