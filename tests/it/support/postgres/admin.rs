//! A connection of a test's own to a database.

/// A connection that serves whatever the thread of a test is doing.
pub struct Admin {
    runtime: Option<tokio::runtime::Runtime>,
    pub client: tokio_postgres::Client,
}

impl Admin {
    #[track_caller]
    pub fn connect(url: &str) -> Self {
        Self::try_connect(url).unwrap()
    }

    /// Whether the server is up.
    pub fn answers(url: &str) -> bool {
        Self::try_connect(url).is_ok()
    }

    pub fn try_connect(url: &str) -> Result<Self, tokio_postgres::Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let connect = async {
            let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute("SET search_path = textpeak").await?;
            Ok(client)
        };
        let client = elsewhere(|| runtime.block_on(connect));
        let runtime = Some(runtime);
        client.map(|client| Self { runtime, client })
    }

    pub fn runtime(&self) -> &tokio::runtime::Runtime {
        self.runtime.as_ref().unwrap()
    }

    #[track_caller]
    pub fn execute(&self, sql: &str) {
        let done = elsewhere(|| self.runtime().block_on(self.client.batch_execute(sql)));
        done.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// The one column of a query's rows.
    #[track_caller]
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let rows = elsewhere(|| self.runtime().block_on(self.client.query(sql, &[])));
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// The one value of a query.
    #[track_caller]
    pub fn number(&self, sql: &str) -> i64 {
        let row = elsewhere(|| self.runtime().block_on(self.client.query_one(sql, &[])));
        row.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
            .get(0)
    }
}

impl Drop for Admin {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// On a thread that may wait, whatever this one is in the middle of.
pub fn elsewhere<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}
