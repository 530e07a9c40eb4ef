package backup

// For tests in package backup_test.
var (
	WriteArchive = writeArchive
	Bech32       = bech32
)

// TableForTest is a parsed table.
type TableForTest struct {
	Name    string
	Columns [][2]string // name, type
	Key     []string
	Refers  []ReferenceForTest
}

// ReferenceForTest is a parsed foreign key.
type ReferenceForTest struct {
	Columns []string
	Table   string
	Targets []string
}

// SchemaForTest is the parsed schema, and whether a table is left out.
func SchemaForTest(version int64) (out []TableForTest, left map[string]bool, err error) {
	ts, err := schema(version)
	for _, t := range ts {
		x := TableForTest{Name: t.name, Key: t.key}
		for _, c := range t.columns {
			x.Columns = append(x.Columns, [2]string{c.name, c.typ})
		}
		for _, r := range t.refers {
			x.Refers = append(x.Refers, ReferenceForTest{r.columns, r.table, r.targets})
		}
		out = append(out, x)
	}
	return out, transient, err
}

// DecodeRowForTest reads a line of a table with one column of each type.
func DecodeRowForTest(line []byte) ([]any, error) { return decodeRow(allTypes, line) }

// EncodeRowForTest is its reverse.
func EncodeRowForTest(values []any) ([]byte, error) { return encodeRow(allTypes, values) }

var allTypes = []column{{"a", "uuid"}, {"b", "text"}, {"c", "date"}, {"d", "timestamptz"}, {"e", "boolean"}, {"f", "bigint"}, {"g", "double precision"}, {"h", "bytea"}}
