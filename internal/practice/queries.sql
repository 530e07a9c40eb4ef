-- name: InsertPractice :exec
INSERT INTO practice (practice_id, name, phone, email, npi, idle_minutes, created_at)
VALUES (@practice_id, @name, @phone, @email, @npi, @idle_minutes, @created_at);

-- name: GetPractice :one
SELECT * FROM practice WHERE practice_id = @practice_id;

-- name: UpdatePractice :execrows
UPDATE practice SET name = @name, phone = @phone, email = @email, npi = @npi, idle_minutes = @idle_minutes, version = version + 1
WHERE practice_id = @practice_id AND version = @version;

-- name: UpdateBilling :execrows
UPDATE practice SET npi = @npi, legal_name = @legal_name, tax_id = @tax_id, tax_id_kind = @tax_id_kind, taxonomy = @taxonomy,
    accept_assignment = @accept_assignment, billing_line = @billing_line, billing_line2 = @billing_line2, billing_city = @billing_city,
    billing_state = @billing_state, billing_postal_code = @billing_postal_code, pay_to_line = @pay_to_line, pay_to_line2 = @pay_to_line2,
    pay_to_city = @pay_to_city, pay_to_state = @pay_to_state, pay_to_postal_code = @pay_to_postal_code, version = version + 1
WHERE practice_id = @practice_id AND version = @version;

-- name: InsertLocation :exec
INSERT INTO location (practice_id, location_id, name, zone, address_line, city, state, postal_code, phone, place_of_service, npi, active, created_at)
VALUES (@practice_id, @location_id, @name, @zone, @address_line, @city, @state, @postal_code, @phone, @place_of_service, @npi, @active, @created_at);

-- name: GetLocation :one
SELECT location_id, name, zone, address_line, city, state, postal_code, phone, place_of_service, npi, active, version
FROM location WHERE practice_id = @practice_id AND location_id = @location_id;

-- name: ListLocations :many
SELECT location_id, name, zone, address_line, city, state, postal_code, phone, place_of_service, npi, active, version
FROM location WHERE practice_id = @practice_id
ORDER BY created_at, location_id LIMIT 500;

-- name: CountActiveLocations :one
SELECT count(*) FROM location WHERE practice_id = @practice_id AND active = true AND location_id <> @except_location_id;

-- name: UpdateLocation :execrows
UPDATE location SET name = @name, zone = @zone, address_line = @address_line, city = @city, state = @state,
    postal_code = @postal_code, phone = @phone, place_of_service = @place_of_service, npi = @npi, active = @active, version = version + 1
WHERE practice_id = @practice_id AND location_id = @location_id AND version = @version;

-- name: CountStaffAt :one
SELECT count(*) FROM staff WHERE practice_id = @practice_id AND location_id = @location_id AND active = true;

-- name: InsertStaff :exec
INSERT INTO staff (practice_id, user_id, email, name, credential, license_number, license_state, license_expires, npi, taxonomy, roles, location_id, active, created_at)
VALUES (@practice_id, @user_id, @email, @name, @credential, @license_number, @license_state, @license_expires, @npi, @taxonomy, @roles, @location_id, true, @created_at);

-- name: GetStaff :one
SELECT user_id, email, name, credential, license_number, license_state, license_expires, npi, taxonomy, roles, location_id, active, created_at, version
FROM staff WHERE practice_id = @practice_id AND user_id = @user_id;

-- name: ListStaff :many
SELECT user_id, email, name, credential, license_number, license_state, license_expires, npi, taxonomy, roles, location_id, active, created_at, version
FROM staff WHERE practice_id = @practice_id
ORDER BY created_at, user_id LIMIT 2000;

-- name: UpdateStaff :execrows
UPDATE staff SET email = @email, name = @name, credential = @credential, license_number = @license_number, license_state = @license_state,
    license_expires = @license_expires, npi = @npi, taxonomy = @taxonomy, roles = @roles, location_id = @location_id, version = version + 1
WHERE practice_id = @practice_id AND user_id = @user_id AND version = @version;

-- name: SetStaffActive :execrows
UPDATE staff SET active = @active, version = version + 1
WHERE practice_id = @practice_id AND user_id = @user_id AND version = @version;
