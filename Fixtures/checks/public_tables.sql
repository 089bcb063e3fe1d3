-- The text whose SHA-256 an attestation states, out of a file that `enroll replay --to POSITION --into FILE` wrote:
--
--     sqlite3 FILE < public_tables.sql | sha256sum
--
-- One line a row: the table's name and its columns, each as quote() writes it, with commas between them. Addresses and
-- names of users are left out. Nothing here is of the program that made the file.
.mode list
.headers off
SELECT 'refusals,' || quote(position) || ',' || quote(command) || ',' || quote(user_id) || ',' || quote(course_term_id)
    || ',' || quote(enrollment_id) || ',' || quote(code) || ',' || quote(recorded_at)
    FROM refusals ORDER BY position;
SELECT 'users,' || quote(id) || ',' || quote(source_id) || ',' || quote(role) || ',' || quote(status)
    || ',' || quote(created_at) || ',' || quote(updated_at)
    FROM users ORDER BY id;
SELECT 'courses,' || quote(id) || ',' || quote(source_id) || ',' || quote(title) || ',' || quote(description)
    || ',' || quote(category) || ',' || quote(instructor_id) || ',' || quote(status)
    || ',' || quote(created_at) || ',' || quote(updated_at)
    FROM courses ORDER BY id;
SELECT 'course_terms,' || quote(id) || ',' || quote(source_id) || ',' || quote(course_id) || ',' || quote(term_number)
    || ',' || quote(start_date) || ',' || quote(end_date) || ',' || quote(capacity) || ',' || quote(enrolled_count)
    || ',' || quote(held_count) || ',' || quote(admission) || ',' || quote(enrollment_opens_at)
    || ',' || quote(enrollment_closes_at) || ',' || quote(status) || ',' || quote(created_at) || ',' || quote(updated_at)
    FROM course_terms ORDER BY id;
SELECT 'enrollments,' || quote(id) || ',' || quote(user_id) || ',' || quote(course_term_id) || ',' || quote(status)
    || ',' || quote(overbooked) || ',' || quote(applied_at) || ',' || quote(processed_at)
    || ',' || quote(created_at) || ',' || quote(updated_at)
    FROM enrollments ORDER BY id;
