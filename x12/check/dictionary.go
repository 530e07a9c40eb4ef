package check

import (
	"fmt"
	"strconv"
	"strings"
)

// kind is the type and length of an element, out of the dictionary.
type kind struct {
	of         string // AN, ID, N, R, D, T; X is not looked at; "" composite
	min, max   int
	components []kind
}

// readDictionary reads the lines of segments.dict.
func readDictionary(text string) (map[string][]kind, error) {
	out := map[string][]kind{}
	err := lines(text, func(f []string) error {
		var ks []kind
		var inside []kind
		open := false
		for _, word := range f[1:] {
			if strings.HasPrefix(word, "(") {
				open, inside, word = true, nil, word[1:]
			}
			word, closing, closes := strings.Cut(word, ")")
			k, err := readKind(word)
			if err != nil {
				return fmt.Errorf("%s: %w", f[0], err)
			}
			if !open {
				ks = append(ks, k)
				continue
			}
			inside = append(inside, k)
			if closes {
				open = false
				times := 1
				if n, ok := strings.CutPrefix(closing, "x"); ok {
					if times, err = strconv.Atoi(n); err != nil {
						return fmt.Errorf("%s: %w", f[0], err)
					}
				}
				for range times {
					ks = append(ks, kind{components: inside})
				}
			}
		}
		out[f[0]] = ks
		return nil
	})
	return out, err
}

// readKind reads "AN1-60"; "X" stands for an element that is not looked at.
func readKind(word string) (kind, error) {
	of := strings.TrimRight(word, "0123456789-")
	switch of {
	case "X":
		return kind{of: "X"}, nil
	case "AN", "ID", "N", "R", "D", "T":
	default:
		return kind{}, fmt.Errorf("%q is no type of element", word)
	}
	lo, hi, _ := strings.Cut(word[len(of):], "-")
	a, err := strconv.Atoi(lo)
	if err != nil {
		return kind{}, err
	}
	b, err := strconv.Atoi(hi)
	return kind{of: of, min: a, max: b}, err
}
