package backup

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"soapstone/internal/db"
	"soapstone/internal/id"
)

// A row is an array of JSON values: text, identifiers, dates (2026-03-10) and
// instants (2026-03-10T15:00:00.000000Z) as strings, bytes as base64, null for
// NULL. Text that is not UTF-8, which only a damaged SQLite file can hold, is
// {"base64": "…"}, so that a snapshot never fails because of it.

// encodeRow turns what the driver gave into a line.
func encodeRow(columns []column, values []any) ([]byte, error) {
	out := make([]any, len(values))
	for i, v := range values {
		e, err := encodeValue(columns[i].typ, v)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", columns[i].name, err)
		}
		out[i] = e
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func encodeValue(typ string, v any) (any, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case time.Time:
		if typ == "date" {
			return x.Format("2006-01-02"), nil
		}
		return db.At(x).Value()
	case string:
		return encodeText(x), nil
	case []byte:
		switch {
		case typ == "bytea":
			return base64.StdEncoding.EncodeToString(x), nil
		case typ == "uuid" && len(x) == 16:
			return id.Blob(x).String(), nil
		}
		return encodeText(string(x)), nil
	case [16]byte:
		return id.Blob(x).String(), nil
	case bool:
		return x, nil
	case int64:
		if typ == "boolean" {
			return x != 0, nil
		}
		return x, nil
	case float64:
		return x, nil
	}
	return nil, fmt.Errorf("a %T cannot be kept", v)
}

func encodeText(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return map[string]string{"base64": base64.StdEncoding.EncodeToString([]byte(s))}
}

var errRow = errors.New("not a row of its table")

// decodeRow reads a line back into what the drivers take.
func decodeRow(columns []column, line []byte) ([]any, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var raw []any
	if err := d.Decode(&raw); err != nil {
		return nil, fmt.Errorf("%w: %w", errRow, err)
	}
	if _, err := d.Token(); err != io.EOF || len(raw) != len(columns) {
		return nil, errRow
	}
	for i, v := range raw {
		x, err := decodeValue(columns[i].typ, v)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", columns[i].name, err)
		}
		raw[i] = x
	}
	return raw, nil
}

func decodeValue(typ string, v any) (any, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case bool:
		if typ == "boolean" {
			return x, nil
		}
	case json.Number:
		switch typ {
		case "bigint":
			return x.Int64()
		case "double precision":
			return x.Float64()
		}
	case string:
		switch typ {
		case "bytea":
			return base64.StdEncoding.DecodeString(x)
		case "text", "uuid", "date", "timestamptz":
			return x, nil
		}
	case map[string]any:
		if s, ok := x["base64"].(string); ok && len(x) == 1 && typ != "bytea" {
			b, err := base64.StdEncoding.DecodeString(s)
			return string(b), err
		}
	}
	return nil, errRow
}
