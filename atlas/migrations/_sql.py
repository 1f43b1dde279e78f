"""Extensions, the functions that make names comparable, and the French search configuration.

The functions are declared IMMUTABLE so that stored generated columns may use them; `unaccent` is called with its
dictionary spelled out for the same reason. Their Python twins are in `atlas/names.py`; a test keeps them equal.
"""

FUNCTIONS = r"""
CREATE FUNCTION atlas_normalise(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(regexp_replace(
        btrim(regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, value)), '[^[:alnum:]]+', ' ', 'g')),
        '\mste\M', 'sainte', 'g'), '\mst\M', 'saint', 'g')
$$;

CREATE FUNCTION atlas_sort_name(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(public.atlas_normalise(value), '^(le|la|les|l) (?=.)', '')
$$;

CREATE FUNCTION atlas_join(names text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_to_string(names, ' / ')
$$;

-- Each name is normalised on its own, then joined: «saint etienne / st-etienne» keeps its word limits. The limit is a
-- character that no name holds while all of them go through one pass: a pass for each took twenty times longer.
CREATE FUNCTION atlas_search_name(VARIADIC names text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    words text := replace(replace(array_to_string(names, ' / '), ' / ', E'\x01'), ',', E'\x01');
BEGIN
    words := lower(public.unaccent('public.unaccent'::regdictionary, words));
    words := btrim(regexp_replace(words, '[^[:alnum:]\x01]+', ' ', 'g'), E' \x01');
    IF strpos(words, E'\x01') > 0 THEN
        words := regexp_replace(words, ' ?\x01[ \x01]*', ' / ', 'g');
    END IF;
    IF strpos(words, 'st') > 0 THEN
        words := regexp_replace(regexp_replace(words, '\mste\M', 'sainte', 'g'), '\mst\M', 'saint', 'g');
    END IF;
    RETURN words;
END
$$;

CREATE FUNCTION atlas_note_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO atlas_datachange (table_name) VALUES (TG_TABLE_NAME);
    RETURN NULL;
END
$$;

CREATE TEXT SEARCH CONFIGURATION fr_unaccent (COPY = french);
ALTER TEXT SEARCH CONFIGURATION fr_unaccent
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;
"""

REVERSE = """
DROP TEXT SEARCH CONFIGURATION fr_unaccent;
DROP FUNCTION atlas_note_change();
DROP FUNCTION atlas_search_name(text[]);
DROP FUNCTION atlas_join(text[]);
DROP FUNCTION atlas_sort_name(text);
DROP FUNCTION atlas_normalise(text);
"""
