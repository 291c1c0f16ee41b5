# Build: docker build -t vchatcloud-mock .
# Run:   docker run --rm -p 4280:4280 vchatcloud-mock
# No BuildKit is needed: older engines and their builders do as well.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /build
# The dependencies have no layer of their own: that takes a made-up source tree, and the image is seldom built.
COPY . .
# Static linking lets the last stage be empty. The script asks rustc for its host, so amd64 and arm64 build alike.
# An empty directory that the image's user may write to: a volume that is mounted there takes over whose it is.
RUN mkdir -p /image/tls && cp "$(.ci/static)" /image/vchatcloud-mock

FROM scratch
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="vchatcloud-mock" \
      org.opencontainers.image.description="An offline, stateful mock server of the VChatCloud chat-room API" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
COPY --from=build /image/vchatcloud-mock /vchatcloud-mock
COPY --from=build --chown=65532:65532 /image/tls /tls
# There is no /etc/passwd here to look a name up in. Nothing is written unless --tls-dir or --state say where, so any other
# user does as well.
USER 65532:65532
# Inside of a container localhost is the container alone. The variable also reaches the health check.
ENV VCHATCLOUD_MOCK_HOST=all
EXPOSE 4280
# Set another port by VCHATCLOUD_MOCK_PORT, not by --port: the health check sees the variable only.
# The first check comes after one interval, so a short one lets those who wait for `healthy` go on soon.
# (--start-interval would say it better, but engines before 25 refuse it.)
HEALTHCHECK --interval=2s --timeout=3s --retries=3 CMD ["/vchatcloud-mock", "healthcheck", "--timeout", "2s"]
STOPSIGNAL SIGTERM
# It serves without a command, and every other command works too: docker run --rm vchatcloud-mock openapi
ENTRYPOINT ["/vchatcloud-mock"]
