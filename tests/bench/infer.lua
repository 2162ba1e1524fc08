wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"inputs":[' ..
  '{"name":"gender","datatype":"BYTES","shape":[1],"data":["female"]},' ..
  '{"name":"nativeBorn","datatype":"BYTES","shape":[1],"data":["yes"]},' ..
  '{"name":"ageGroup","datatype":"BYTES","shape":[1],"data":["50-59"]},' ..
  '{"name":"educGroup","datatype":"BYTES","shape":[1],"data":["16 yrs"]},' ..
  '{"name":"age","datatype":"FP64","shape":[1],"data":[52]},' ..
  '{"name":"educ","datatype":"FP64","shape":[1],"data":[16]}]}'
