# Two stages: wheels are made with what building needs, and run without it.
FROM python:3.11-slim-bookworm AS wheels
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE moisson.py ./
COPY core core
COPY collectors collectors
COPY scheduler scheduler
COPY vault vault
COPY web web
COPY demo demo
RUN pip wheel --no-cache-dir -c constraints.txt -w /wheels .

FROM python:3.11-slim-bookworm
# The browsers come from Debian: a rebuild brings their security fixes. The complete one is for suppliers that insist on it. libatomic1 is for Playwright's own Node.
RUN apt-get update \
 && apt-get install -y --no-install-recommends chromium-headless-shell chromium fonts-liberation fonts-noto-core libatomic1 tini \
 && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links=/wheels moisson

# Web and worker are two users of one group: both write the database, only the worker reads the key.
RUN groupadd --gid 10001 moisson \
 && useradd --uid 10001 --gid moisson --no-create-home --shell /usr/sbin/nologin moisson-web \
 && useradd --uid 10002 --gid moisson --no-create-home --shell /usr/sbin/nologin moisson-worker \
 && install -d -o moisson-worker -g moisson -m 2770 /data \
 && install -o moisson-worker -g moisson -m 660 /dev/null /data/moisson.db \
 && install -d -o moisson-worker -g moisson -m 700 /keys

ENV MOISSON_DATA=/data MOISSON_KEY_FILE=/keys/vault.key MOISSON_HOST=0.0.0.0 HOME=/tmp \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER moisson-worker
WORKDIR /data
VOLUME ["/data", "/keys"]
EXPOSE 8910
# 007: what one of the two writes, the other may write too, and nobody else may read.
ENTRYPOINT ["tini", "--", "sh", "-c", "umask 007 && exec moisson \"$@\"", "moisson"]
CMD ["start"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["moisson", "doctor", "--health"]
