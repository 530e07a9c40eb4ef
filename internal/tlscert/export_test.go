package tlscert

import (
	"golang.org/x/crypto/acme/autocert"

	"soapstone/internal/seal"
)

// CacheForTest is the sealed store that ACME uses.
func CacheForTest(dir string, key seal.Key) autocert.Cache { return sealedCache{dir, key} }
