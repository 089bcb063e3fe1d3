#!/bin/sh
# Checks the signature of a checkpoint with openssl and the tools of any Unix, and nothing of ours.
#
# Usage: verify_signature.sh KEY CHECKPOINT
#
#   KEY          the text of a verifier key: NAME+8 hex digits+base64
#   CHECKPOINT   the file
#
# The exit status is 0 where the key signed it, else 1. It says nothing about what was signed.

set -eu
key=$1
file=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
refuse() {
    printf '%s\n' "verify_signature: $*" >&2
    exit 1
}

name=${key%%+*}
rest=${key#*+}
id=${rest%%+*}
# The key is 01 and the 32 bytes of Ed25519; before those 32, DER says that they are such a key.
printf '%s' "${rest#*+}" | base64 -d >"$scratch/tagged" || refuse "the key is no base64"
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000' && tail -c +2 "$scratch/tagged"; } >"$scratch/key.der"

# Signed are the lines above the last empty one; its own signature is the line of the key's name below it.
blank=$(grep -n '^$' "$file" | tail -n 1 | cut -d: -f1)
[ -n "$blank" ] || refuse "no empty line"
head -n "$((blank - 1))" "$file" >"$scratch/text"
signature=$(tail -n "+$((blank + 1))" "$file" | grep -F -- "— $name " | head -n 1 | cut -d' ' -f3)
[ -n "$signature" ] || refuse "no signature of $name"
printf '%s' "$signature" | base64 -d >"$scratch/signed" || refuse "the signature is no base64"
[ "$(head -c 4 "$scratch/signed" | od -An -tx1 | tr -d ' \n')" = "$id" ] || refuse "a signature of another key"
tail -c +5 "$scratch/signed" >"$scratch/signature"
openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$scratch/key.der" -in "$scratch/text" \
    -sigfile "$scratch/signature" >"$scratch/said" 2>&1 || refuse "$(cat "$scratch/said")"
echo verified
