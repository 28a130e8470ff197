# The exporter's image, for linux/arm64 and linux/amd64: make image, make push-image.

# Debian's slim Python. A mirror, or one digest of it: BASE=… for make, --build-arg BASE=… for docker.
ARG BASE=python:3.13-slim

# Nothing of the target's processor runs in here: dependencies are wheels for it, bytecode is the same everywhere. So an
# image for another processor needs no emulator.
FROM --platform=$BUILDPLATFORM ${BASE} AS build
ARG TARGETARCH
WORKDIR /build
COPY requirements/exporter.txt requirements/
RUN set -eu; \
    case "$TARGETARCH" in \
      arm64) machine=aarch64 ;; \
      amd64) machine=x86_64 ;; \
      *) echo "no image for $TARGETARCH: arm64 and amd64 are what is tested" >&2; exit 1 ;; \
    esac; \
    pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile --root-user-action=ignore \
      --target packages --no-deps --require-hashes --only-binary :all: --implementation cp \
      --platform "manylinux_2_28_$machine" --platform "manylinux_2_17_$machine" --platform "manylinux2014_$machine" \
      --requirement requirements/exporter.txt; \
    # The client's asynchronous half: a third of all files, and nothing of ours asks for it.
    rm -rf packages/kubernetes/aio packages/bin
COPY eventcore/ code/eventcore/
COPY exporter/ code/exporter/
# The root file system is read-only where this runs, so bytecode is made here; without the client's models and calls, some
# 1,000 files that it would load when asked for, which nothing of ours does.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash -x 'kubernetes/client/(api|models)/[^_]' packages code

FROM ${BASE}
COPY --from=build /build/packages /app/packages
COPY --from=build /build/code /app/code
ENV PYTHONPATH=/app/code:/app/packages \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /app
# A number, because Kubernetes cannot tell whether a name is root.
USER 65532:65532
ENTRYPOINT ["python", "-m", "exporter"]
CMD ["run"]
