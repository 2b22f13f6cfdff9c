"""Exit 0 when the PostgreSQL and Redis of the environment answer; else say which does not."""

import os
import sys

import psycopg2
import redis


def refusals() -> list[str]:
    found = []
    try:
        psycopg2.connect(os.environ["COCORA_DATABASE_URL"].rsplit("/", 1)[0] + "/postgres").close()
    except psycopg2.OperationalError as error:
        found.append(f"PostgreSQL: {error}")
    try:
        redis.from_url(os.environ["COCORA_BROKER_URL"]).ping()
    except redis.RedisError as error:
        found.append(f"Redis: {error}")
    return found


sys.exit("\n".join(refusals()) or 0)
