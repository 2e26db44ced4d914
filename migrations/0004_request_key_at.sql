-- So that keys of programs are forgotten after a while without reading them all.
CREATE INDEX request_key_at ON request_key (at);
