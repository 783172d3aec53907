# syntax=docker/dockerfile:1
# The portal. Two stages: the first has what building needs, the second only Python and one folder.
# The version is the one that the tests run on. Pin a digest where you need the same image twice.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils
WORKDIR /source
COPY LICENSE README.md pyproject.toml ./
COPY requirements requirements
COPY deploy/image deploy/image
COPY src src
RUN deploy/image/build /opt/counterfoil

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Counterfoil" \
      org.opencontainers.image.description="A customer-facing billing portal for WHMCS" \
      org.opencontainers.image.licenses="MIT"
# A number, so that Kubernetes can see that it is not root. /data is for SQLite; everything else is in PostgreSQL.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin counterfoil \
    && install -d -o counterfoil -g counterfoil -m 0700 /data
COPY --from=build /opt/counterfoil /opt/counterfoil
ENV PATH=/opt/counterfoil/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    COUNTERFOIL_LOG_FORMAT=json
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# The command is the container's first process: it gets SIGTERM, tells its workers, and waits for open requests. Give it
# 30 seconds (docker stop --time 30; stop_grace_period; terminationGracePeriodSeconds).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["counterfoil"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "1"]
