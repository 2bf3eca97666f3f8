# One image for every service; the command names which one runs. The base image must hold Python ≥ 3.11.
ARG BASE_IMAGE=python:3.11-slim
FROM ${BASE_IMAGE}

WORKDIR /app
COPY requirements.lock ./
ARG PIP_ARGS=""
RUN python3 -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check ${PIP_ARGS} --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md ./
COPY lgo_sandbox ./lgo_sandbox
COPY libs ./libs
COPY services ./services
COPY client ./client
COPY docs/sources ./docs/sources
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check ${PIP_ARGS} --no-deps .

ENV PATH=/venv/bin:$PATH LGO_SANDBOX_STATE=/state LGO_SANDBOX_HOST=0.0.0.0 LGO_SANDBOX_PUBLIC=true
RUN useradd --uid 10001 sandbox && install -d -o sandbox /state
USER sandbox
VOLUME /state
ENTRYPOINT ["lgo-sandbox"]
CMD ["up"]
