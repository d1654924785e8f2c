// One shop at a time: each is ten processes on what may be two cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
