# One image for every process of a served installation: web, worker, beat, and the preparation.
# It holds no secret; every setting comes from the environment (docs/operators.md).

FROM python:3.11-slim-bookworm AS packages
WORKDIR /srv/cocora
RUN pip install --no-cache-dir uv==0.13.9 && python -m venv --without-pip .venv
COPY requirements.lock package.json package-lock.json ./
RUN uv pip sync --no-cache --compile-bytecode --python .venv/bin/python \
        --require-hashes requirements.lock
RUN PATH="$PWD/.venv/bin:$PATH" npm ci --ignore-scripts --omit=dev --no-audit --no-fund

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/cocora --shell /usr/sbin/nologin cocora \
    && install -d -o cocora -g cocora /data /static
WORKDIR /srv/cocora
COPY --from=packages /srv/cocora/.venv .venv
COPY --from=packages /srv/cocora/node_modules node_modules
COPY manage.py ./
COPY cocora cocora
COPY programmes programmes
COPY participants participants
COPY sessions sessions
COPY handbooks handbooks
COPY templates templates
COPY static static
COPY docs docs
COPY deploy deploy
ENV PATH=/srv/cocora/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    COCORA_MODE=served \
    COCORA_DATA=/data \
    COCORA_STATIC=/static \
    COCORA_BIND=0.0.0.0:8000
RUN python -m compileall -q cocora programmes participants sessions handbooks
USER 10001
VOLUME ["/data", "/static"]
EXPOSE 8000
CMD ["gunicorn", "-c", "deploy/gunicorn.conf.py", "cocora.wsgi"]
